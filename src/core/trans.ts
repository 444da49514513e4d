/**
 * The words of the page in its language: a catalogue of gettext, looked up by the English sentence.
 *
 * Each widget is a module of its own, and the extension another; all of them find the catalogue under one global symbol,
 * where the extension puts it. Outside of JupyterLab nobody does, and every sentence stays in English.
 */

import { TRANSLATION } from '../protocol';

/** A catalogue: what is used of JupyterLab's `TranslationBundle`. In each text, `%1` stands for the first of the values. */
export interface Catalogue {
  /** A text. */
  __: (text: string, ...values: readonly unknown[]) => string;
  /** A text about a number of things: in it `%1` stands for the bare number, and `%2` for the first of the values. */
  _n: (one: string, many: string, count: number, ...values: readonly unknown[]) => string;
  /** A text whose meaning the context tells apart from that of the same text elsewhere. */
  _p: (context: string, text: string, ...values: readonly unknown[]) => string;
}

const KEY = Symbol.for(TRANSLATION);

function filled(text: string, values: readonly unknown[]): string {
  return text.replace(/%(%|\d+)/g, (_, place: string) => (place === '%' ? '%' : String(values[Number(place) - 1])));
}

const ENGLISH: Catalogue = {
  __: (text, ...values) => filled(text, values),
  _n: (one, many, count, ...values) => filled(count === 1 ? one : many, [count, ...values]),
  _p: (_, text, ...values) => filled(text, values),
};

function active(): Catalogue {
  const found = Reflect.get(globalThis, KEY) as Catalogue | undefined;
  return found ?? ENGLISH;
}

/** Let every module on the page speak from a catalogue; null for English. */
export function speak(catalogue: Catalogue | null): void {
  Reflect.set(globalThis, KEY, catalogue ?? undefined);
}

/** The catalogue of the page as it is now: words that are looked up while a module is loaded may come too early. */
export const trans: Catalogue = {
  __: (text, ...values) => active().__(text, ...values),
  _n: (one, many, count, ...values) => active()._n(one, many, count, ...values),
  _p: (context, text, ...values) => active()._p(context, text, ...values),
};
