/** Numbers as people read them. Every text stands in English, as the rest of the page does. */

const GROUPED = new Intl.NumberFormat('en');

/** A whole number with its thousands apart. */
export function grouped(value: number): string {
  return GROUPED.format(value);
}

/** A number of things: `1 case`, `50 cases`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}

/** A number with at most four significant digits. */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4 ? value.toExponential(3).replace(/\.?0+e\+?/, 'e') : String(+value.toPrecision(4));
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** The greatest unit that a time fills, its rounding included: 59.7 s is a minute. */
function unitOf(seconds: number): number {
  const place = UNITS.findIndex(([, size]) => seconds >= size - (size > 1 ? size / 120 : 0.5));
  return place < 0 ? UNITS.length - 1 : place;
}

/** A length of time in at most two units: `12 s`, `6 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 1) return seconds > 0 ? 'under 1 s' : '0 s';
  if (seconds < 9.5) return `${String(+seconds.toFixed(seconds < 3 ? 1 : 0))} s`;
  const place = unitOf(seconds);
  const [unit, size] = UNITS[place] ?? ['s', 1];
  const next = UNITS[place + 1];
  if (!next || seconds >= 10 * size || unit === 'min') return `${grouped(Math.round(seconds / size))} ${unit}`;
  const parts = Math.round(seconds / next[1]);
  const rest = parts % (size / next[1]);
  const whole = `${String(Math.floor(parts / (size / next[1])))} ${unit}`;
  return rest ? `${whole} ${String(rest)} ${next[0]}` : whole;
}

/** A length of time that is not known well: `about 6 min`; one that is short needs no such word. */
export function roughly(seconds: number): string {
  return seconds < 1 ? duration(seconds) : `about ${duration(seconds)}`;
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

/** An interval of time: `4–9 min`, `40 s – 2 min`; one time where both ends read the same. */
export function interval([low, high]: readonly [number, number]): string {
  const [from, to] = [duration(low), duration(high)];
  if (from === to) return from;
  const [first, unit, ...rest] = from.split(' ');
  const [last, sameUnit, ...more] = to.split(' ');
  const plain = rest.length === 0 && more.length === 0 && unit === sameUnit;
  return plain && first !== 'under' ? `${String(first)}–${String(last)} ${String(unit)}` : `${from} – ${to}`;
}

/** A number of bytes in powers of a thousand, as disks are sold. */
export function bytes(value: number): string {
  if (value < 1000) return `${String(value)} B`;
  const power = Math.min(4, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${scaled < 9.95 ? scaled.toFixed(1) : grouped(Math.round(scaled))} ${['B', 'kB', 'MB', 'GB', 'TB'][power] ?? 'TB'}`;
}

/** Cases per time, in the unit that gives at least one of them. */
export function rate(perSecond: number): string {
  if (perSecond <= 0) return '0 / s';
  const [unit, size] = [...UNITS].reverse().find(([, length]) => perSecond * length >= 1) ?? ['d', 86_400];
  const value = perSecond * size;
  return `${value < 9.95 ? String(+value.toFixed(1)) : grouped(Math.round(value))} / ${unit}`;
}

/** A share as a whole percentage; only what is whole is 100 %, and only nothing is 0 %. */
export function percent(part: number, whole: number): number {
  if (part <= 0 || whole <= 0) return 0;
  return part >= whole ? 100 : Math.min(99, Math.max(1, Math.round((100 * part) / whole)));
}
