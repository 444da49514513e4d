/** What people type as values: numbers and lists, in the spelling of Python. */

import { trans } from './trans';

const NUMBER = /^[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?$/i;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Read a finite number; null for any other text. */
export function asNumber(text: string): number | null {
  const value = NUMBER.test(text.trim()) ? Number(text.trim().replaceAll('_', '')) : NaN;
  return Number.isFinite(value) ? value : null;
}

/** Where brackets and quotes open and close in a text. */
class Nesting {
  private quote = '';
  private readonly open: string[] = [];

  /** Take one character; the one before it tells whether a quote is escaped. */
  take(character: string, before: string): void {
    if (this.quote) {
      if (character === this.quote && before !== '\\') this.quote = '';
    } else if (character === '"' || character === "'") {
      this.quote = character;
    } else if (character in CLOSING) {
      this.open.push(CLOSING[character] ?? '');
    } else if (character === this.open.at(-1)) {
      this.open.pop();
    }
  }

  /** What is missing to close all that is open. */
  get missing(): string {
    return this.quote || (this.open.at(-1) ?? '');
  }
}

/** A list as it was typed: its items, or what is wrong with it as one sentence. */
export interface Items {
  readonly items: readonly string[];
  readonly problem: string;
}

/** Cut a text at its commas, but for those within brackets and quotes; brackets around the whole may be there. */
export function splitList(text: string): Items {
  const whole = text.trim().replace(/^[[(]([^[\](){}]*),?[\])]$/, '$1');
  const nesting = new Nesting();
  const items: string[] = [];
  let start = 0;
  for (let place = 0; place < whole.length; place++) {
    const character = whole.charAt(place);
    if (character === ',' && !nesting.missing) {
      items.push(whole.slice(start, place));
      start = place + 1;
    } else nesting.take(character, whole.charAt(place - 1));
  }
  items.push(whole.slice(start));
  if (nesting.missing) return { items: [], problem: trans.__('A closing %1 is missing.', nesting.missing) };
  const trimmed = items.map((item) => item.trim());
  if (trimmed.at(-1) === '') trimmed.pop();
  const gap = trimmed.indexOf('');
  return gap < 0
    ? { items: trimmed, problem: '' }
    : { items: [], problem: trans.__('Value %1 is empty: two commas follow each other.', gap + 1) };
}
