/** What the case map says in words. */

import { CASE_STATES, type CaseState, type MapAxis } from '../protocol';
import { type Census, cellsUnder, type Raster, type Region } from './casemap';
import { caseCount, grouped } from './format';
import { caseWord } from './progress';
import { trans } from './trans';

/** How many cases of each state there are. */
export function tally(states: Uint8Array): readonly number[] {
  const counts = CASE_STATES.map(() => 0);
  for (const state of states) {
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

/** The states that there are cases of, with how many, in the order of their codes. */
export function present(counts: readonly number[]): readonly (readonly [CaseState, number])[] {
  return CASE_STATES.map((state, code) => [state, counts[code] ?? 0] as const).filter(([, count]) => count > 0);
}

/** The label at a place of an axis; its number where the labels were too many to send. */
export function labelAt({ labels, units }: MapAxis, place: number): string {
  const label = labels[place] ?? trans.__('no. %1', grouped(place + 1));
  return units && labels.length ? `${label} ${units}` : label;
}

function along(axis: MapAxis, first: number, last: number): string {
  const ends = [...new Set([first, last])].map((place) => labelAt(axis, place));
  return `${axis.name} = ${ends.join(' … ')}`;
}

/** Where some blocks stand: `T = 0.5 K, L = 16`. */
export function placeText(raster: Raster, region: Region): string {
  const { across, down } = raster.layout;
  if (!across) return '';
  const cells = cellsUnder(raster, region);
  const parts = [along(across, cells.left, cells.right), ...(down ? [along(down, cells.top, cells.bottom)] : [])];
  return parts.join(', ');
}

/** What stands in some blocks: one case by its state, several by how many there are of each. */
export function censusText({ counts, total }: Census): string {
  const states = present(counts);
  if (total === 0) return trans.__('no case here');
  if (total === 1) return caseWord(states[0]?.[0] ?? 'missing');
  const parts = states.map(([state, count]) => `${grouped(count)} ${caseWord(state)}`);
  return trans.__('%1: %2', caseCount(total), parts.join(', '));
}

/** Where some blocks stand and what is there, in one line. */
export function regionText(raster: Raster, region: Region, found: Census): string {
  const place = placeText(raster, region) || (found.total === 1 ? trans.__('case %1', grouped(found.first ?? 0)) : '');
  return place ? `${place} · ${censusText(found)}` : censusText(found);
}

/** A label along an axis, and its place from 0 to 1. */
export interface Tick {
  readonly at: number;
  /** As short as tells it from its neighbours. */
  readonly text: string;
  readonly full: string;
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** Round a number to a tenth of what lies between it and the nearest of its neighbours. */
function rounded(full: string, neighbours: readonly string[]): string {
  if (![full, ...neighbours].every((text) => NUMBER.test(text))) return full;
  const value = Number(full);
  const gaps = neighbours.map((text) => Math.abs(Number(text) - value)).filter((gap) => gap > 0);
  if (!gaps.length || value === 0) return full;
  const digits = Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(Math.min(...gaps))) + 2;
  const text = full.includes('e')
    ? value.toExponential(Math.min(100, Math.max(0, digits - 1)))
    : String(+value.toPrecision(Math.min(100, Math.max(1, digits))));
  return text.length < full.length ? text : full;
}

/** At most so many labels along an axis, evenly apart; none where the labels were not sent. */
export function ticksOf({ labels, size }: MapAxis, most: number): readonly Tick[] {
  const step = Math.max(1, Math.ceil(size / Math.max(1, most)));
  const places = labels.map((_, place) => place).filter((place) => place % step === 0);
  const fulls = places.map((place) => labels[place] ?? '');
  return fulls.map((full, which) => {
    const neighbours = [fulls[which - 1], fulls[which + 1]].filter((text) => text !== undefined);
    return { at: ((places[which] ?? 0) + 0.5) / size, text: rounded(full, neighbours), full };
  });
}

/** What a character of a label takes across, and the gap to the next label, in pixels. */
const CHARACTER = 6.5;
const GAP = 14;

/** As many labels as stand side by side in a width. */
export function ticksAcross(axis: MapAxis, width: number): readonly Tick[] {
  let most = axis.size;
  for (;;) {
    const ticks = ticksOf(axis, most);
    const longest = Math.max(0, ...ticks.map(({ text }) => text.length));
    const room = Math.max(1, Math.floor(width / (longest * CHARACTER + GAP)));
    if (ticks.length <= room) return ticks;
    most = room;
  }
}
