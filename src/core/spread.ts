/** Where values lie: the values of a range, and their places on a line from 0 to 1. */

import type { Spacing } from '../protocol';
import { short } from './format';

const MOST = 64;
const LOGARITHMIC = 100;

/** The values of a range, its ends included. */
export function rangeOf(start: number, stop: number, num: number, spacing: Spacing): number[] {
  if (num === 1) return [start];
  const share = (place: number): number => place / (num - 1);
  return Array.from({ length: num }, (_, place) => {
    if (place === num - 1) return stop;
    return spacing === 'log' ? start * (stop / start) ** share(place) : start + (stop - start) * share(place);
  });
}

/** Whether values are better told apart on a logarithmic line: they are positive and span two powers of ten. */
export function isWide(values: readonly number[]): boolean {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high / low >= LOGARITHMIC;
}

/** At most so many of some values, evenly chosen, the first and the last among them. */
export function thinned<T>(values: readonly T[], most = MOST): readonly T[] {
  if (values.length <= most) return values;
  const step = (values.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, place) => values[Math.round(place * step)] as T);
}

/** The place of each value between the least and the greatest; all in the middle where there is but one. */
export function placesOf(values: readonly number[], spacing: Spacing): readonly number[] {
  const shown = thinned(values).map((value) => (spacing === 'log' ? Math.log(value) : value));
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  return high > low ? shown.map((value) => (value - low) / (high - low)) : shown.slice(0, 1).map(() => 0.5);
}

/** What values span, from the least to the greatest. */
export function spanOf(values: readonly number[]): string {
  const ends = [Math.min(...values), Math.max(...values)].map(short);
  return [...new Set(ends)].join(' … ');
}
