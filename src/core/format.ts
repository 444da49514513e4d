/** Numbers as people read them, in the language of the page. */

import { trans } from './trans';

const TAG = /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i;
const WRITERS = new Map<string, Intl.NumberFormat>();

/** What writes numbers with so many digits behind the point, by the rules of the language of the page. */
function writer(least: number, most: number): Intl.NumberFormat {
  // Translators: the tag of the language whose way to write numbers is used, such as de or pt-BR
  const said = trans._p('numbers', 'en');
  const tag = TAG.test(said) ? said : 'en';
  const key = `${tag} ${String(least)} ${String(most)}`;
  const known = WRITERS.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(tag, { minimumFractionDigits: least, maximumFractionDigits: most });
  WRITERS.set(key, made);
  return made;
}

/** A number with its thousands apart, and at most so many digits behind the point. */
export function grouped(value: number, most = 3, least = 0): string {
  return writer(least, most).format(value);
}

/** A number of cases: `1 case`, `50 cases`. */
export function caseCount(value: number): string {
  return trans._n('%2 case', '%2 cases', value, grouped(value));
}

/** A number with at most four significant digits, as Python writes it. */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4 ? value.toExponential(3).replace(/\.?0+e\+?/, 'e') : String(+value.toPrecision(4));
}

type Unit = 'd' | 'h' | 'min' | 's';

const UNITS: readonly (readonly [Unit, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** A number of some unit of time. */
function inUnit(value: string, unit: Unit): string {
  switch (unit) {
    case 'd':
      return trans.__('%1 d', value);
    case 'h':
      return trans.__('%1 h', value);
    case 'min':
      return trans.__('%1 min', value);
    case 's':
      return trans.__('%1 s', value);
  }
}

/** The greatest unit that a time fills, its rounding included: 59.7 s is a minute. */
function unitOf(seconds: number): number {
  const place = UNITS.findIndex(([, size]) => seconds >= size - (size > 1 ? size / 120 : 0.5));
  return place < 0 ? UNITS.length - 1 : place;
}

/** A length of time in at most two units, the greater first. */
function partsOf(seconds: number): readonly (readonly [string, Unit])[] {
  if (seconds < 9.5) return [[grouped(seconds, seconds < 3 ? 1 : 0), 's']];
  const place = unitOf(seconds);
  const [unit, size] = UNITS[place] ?? ['s', 1];
  const next = UNITS[place + 1];
  if (!next || seconds >= 10 * size || unit === 'min') return [[grouped(Math.round(seconds / size)), unit]];
  const parts = Math.round(seconds / next[1]);
  const rest = parts % (size / next[1]);
  const whole = [String(Math.floor(parts / (size / next[1]))), unit] as const;
  return rest ? [whole, [String(rest), next[0]]] : [whole];
}

/** A length of time in at most two units: `12 s`, `6 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 1) return seconds > 0 ? trans.__('under 1 s') : inUnit('0', 's');
  return partsOf(seconds)
    .map(([value, unit]) => inUnit(value, unit))
    .join(' ');
}

/** A length of time that is not known well: `about 6 min`; one that is short needs no such word. */
export function roughly(seconds: number): string {
  return seconds < 1 ? duration(seconds) : trans.__('about %1', duration(seconds));
}

/** How long something has been going on, to the second: `2:11`, `1:02:05`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, '0') : String(part))).join(':');
}

/** The time in the middle of an interval; times spread by factors, so the middle is the geometric one. */
export function middle([low, high]: readonly [number, number]): number {
  return low > 0 ? Math.sqrt(low * high) : (low + high) / 2;
}

/** An interval of time: `4–9 min`, `40 s – 2 min`, `up to 12 s`; one time where both ends read the same. */
export function interval([low, high]: readonly [number, number]): string {
  const [from, to] = [duration(low), duration(high)];
  if (from === to) return from;
  if (low < 1) return high < 1 ? to : trans.__('up to %1', to);
  const [[first, ...others], [last, ...more]] = [partsOf(low), partsOf(high)];
  const plain = first && last && !others.length && !more.length && first[1] === last[1];
  return plain ? inUnit(`${first[0]}–${last[0]}`, first[1]) : `${from} – ${to}`;
}

/** A number of bytes in powers of a thousand, as disks are sold. */
export function bytes(value: number): string {
  if (value < 1000) return trans.__('%1 B', grouped(value));
  const power = Math.min(4, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  const text = scaled < 9.95 ? grouped(scaled, 1, 1) : grouped(Math.round(scaled));
  const written = [trans.__('%1 kB', text), trans.__('%1 MB', text), trans.__('%1 GB', text), trans.__('%1 TB', text)];
  return written[power - 1] ?? text;
}

/** Cases per time, in the unit that gives at least one of them. */
export function rate(perSecond: number): string {
  const [unit, size] = [...UNITS].reverse().find(([, length]) => perSecond * length >= 1) ?? (['d', 86_400] as const);
  if (perSecond <= 0) return trans.__('%1 / s', '0');
  const value = perSecond * size;
  const text = value < 9.95 ? grouped(value, 1) : grouped(Math.round(value));
  switch (unit) {
    case 'd':
      return trans.__('%1 / d', text);
    case 'h':
      return trans.__('%1 / h', text);
    case 'min':
      return trans.__('%1 / min', text);
    case 's':
      return trans.__('%1 / s', text);
  }
}

/** A share as a whole percentage; only what is whole is 100 %, and only nothing is 0 %. */
export function percent(part: number, whole: number): number {
  if (part <= 0 || whole <= 0) return 0;
  return part >= whole ? 100 : Math.min(99, Math.max(1, Math.round((100 * part) / whole)));
}
