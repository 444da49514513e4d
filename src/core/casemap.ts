/** The case map: which cell of a grid each case stands in, and which state a cell shows. */

import { CASE_STATES, type MapAxis, type Selection } from '../protocol';

/** Where cases share a block the worst state is shown, so that no failure hides behind a thousand results. */
const WORST_LAST: readonly (typeof CASE_STATES)[number][] = [
  'done',
  'missing',
  'cancelled',
  'stale',
  'running',
  'failed',
];

/** How bad each state is, by its code. */
export const SEVERITY: Uint8Array = Uint8Array.from(CASE_STATES, (state) => WORST_LAST.indexOf(state) + 1);

/** The state that a severity stands for, by its code; 0 stands for no case at all. */
const STATE_OF: Int8Array = Int8Array.from([-1, ...WORST_LAST.map((state) => CASE_STATES.indexOf(state))]);

/** Cases in a grid: along two arguments, along one of them in a single row, or in the order of their numbers. */
export interface Layout {
  readonly total: number;
  readonly across: MapAxis | null;
  readonly down: MapAxis | null;
  readonly columns: number;
  readonly rows: number;
}

/** Where a case stands on an axis. */
export function placeOn(axis: MapAxis, number: number): number {
  const step = Math.floor(number / axis.stride);
  return axis.codes.length ? (axis.codes[step] ?? 0) : step % axis.size;
}

/** Lay cases out along two axes; without an axis across they are wrapped into lines, in the order of their numbers. */
export function layoutOf(total: number, across: MapAxis | null, down: MapAxis | null): Layout {
  if (across) return { total, across, down, columns: across.size, rows: down ? down.size : 1 };
  const columns = Math.max(1, Math.min(total, Math.ceil(Math.sqrt(total * 4))));
  return { total, across: null, down: null, columns, rows: Math.ceil(total / columns) };
}

/** The two axes to begin with: the longest across and the next longest down. */
export function firstAxes(axes: readonly MapAxis[]): readonly [string, string] {
  const byLength = axes.filter(({ size }) => size > 1).sort((one, other) => other.size - one.size);
  return [byLength[0]?.name ?? '', byLength[1]?.name ?? ''];
}

/** How a grid is drawn: in blocks of whole device pixels, each of which may hold several cells. */
export interface Raster {
  readonly layout: Layout;
  /** Blocks across and down. */
  readonly columns: number;
  readonly rows: number;
  /** The sides of a block, and the empty pixels between two of them, in device pixels. */
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  /** The block of each case. */
  readonly blocks: Uint32Array;
}

/** The greatest side of a block and the greatest height of a map, in pixels of the page. */
const MOST_SIDE = 26;
const MOST_HEIGHT = 320;

/** Fit a grid into a width of the page, given the device's pixels for each pixel of the page. */
export function rasterOf(layout: Layout, width: number, density: number): Raster {
  const fit = (cells: number, room: number): readonly [number, number] => {
    const side = Math.floor(Math.min(room / cells, MOST_SIDE * density));
    return side >= 1 ? [cells, side] : [Math.max(1, Math.floor(room)), 1];
  };
  const [columns, blockWidth] = fit(layout.columns, Math.max(1, width * density));
  const [rows, room] = fit(layout.rows, MOST_HEIGHT * density);
  const blockHeight = Math.min(room, Math.max(blockWidth, Math.round(12 * density)));
  const gap = Math.min(blockWidth, blockHeight) >= 5 * density ? Math.max(1, Math.round(density)) : 0;
  const blocks = blocksOf(layout, columns, rows);
  return { layout, columns, rows, width: blockWidth, height: blockHeight, gap, blocks };
}

function blocksOf(
  { total, across, down, columns: wide, rows: high }: Layout,
  columns: number,
  rows: number,
): Uint32Array {
  const blocks = new Uint32Array(total);
  const column = Uint32Array.from({ length: wide }, (_, cell) => Math.floor((cell * columns) / wide));
  const row = Uint32Array.from({ length: high }, (_, cell) => Math.floor((cell * rows) / high) * columns);
  for (let number = 0; number < total; number++) {
    const x = across ? placeOn(across, number) : number % wide;
    const y = across ? (down ? placeOn(down, number) : 0) : Math.floor(number / wide);
    blocks[number] = (column[x] ?? 0) + (row[y] ?? 0);
  }
  return blocks;
}

/** The state of each block as a code, the worst of its cases; -1 where no case stands. */
export function worstStates({ columns, rows, blocks }: Raster, states: Uint8Array): Int8Array {
  const worst = new Int8Array(columns * rows);
  const known = Math.min(blocks.length, states.length);
  for (let number = 0; number < known; number++) {
    const block = blocks[number] ?? 0;
    const severity = SEVERITY[states[number] ?? 0] ?? 0;
    if (severity > (worst[block] ?? 0)) worst[block] = severity;
  }
  for (let block = 0; block < worst.length; block++) worst[block] = STATE_OF[worst[block] ?? 0] ?? -1;
  return worst;
}

/** A rectangle of blocks or of cells, both ends included. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The rectangle between two corners. */
export function regionOf(one: readonly [number, number], other: readonly [number, number]): Region {
  return {
    left: Math.min(one[0], other[0]),
    top: Math.min(one[1], other[1]),
    right: Math.max(one[0], other[0]),
    bottom: Math.max(one[1], other[1]),
  };
}

/** The cells under some blocks. */
export function cellsUnder({ layout, columns, rows }: Raster, { left, top, right, bottom }: Region): Region {
  const first = (block: number, blocks: number, cells: number): number => Math.ceil((block * cells) / blocks);
  return {
    left: first(left, columns, layout.columns),
    top: first(top, rows, layout.rows),
    right: first(right + 1, columns, layout.columns) - 1,
    bottom: first(bottom + 1, rows, layout.rows) - 1,
  };
}

/** What stands in a region: how many cases of each state, and the first of the worst. */
export interface Census {
  readonly counts: readonly number[];
  readonly total: number;
  /** The number of the case that a click opens; null where there is none. */
  readonly first: number | null;
}

/** Count the cases under some blocks by their states. */
export function census({ blocks, columns }: Raster, states: Uint8Array, { left, top, right, bottom }: Region): Census {
  const counts = CASE_STATES.map(() => 0);
  let [first, worst, total] = [null as number | null, 0, 0];
  const known = Math.min(blocks.length, states.length);
  for (let number = 0; number < known; number++) {
    const block = blocks[number] ?? 0;
    const column = block % columns;
    const row = (block - column) / columns;
    if (column < left || column > right || row < top || row > bottom) continue;
    const state = states[number] ?? 0;
    counts[state] = (counts[state] ?? 0) + 1;
    total += 1;
    if ((SEVERITY[state] ?? 0) > worst) [worst, first] = [SEVERITY[state] ?? 0, number];
  }
  return { counts, total, first };
}

/** Cells as what is picked out along the axes; cases in the order of their numbers have no axes to name. */
export function selectionOf({ across, down }: Layout, region: Region): Selection {
  if (!across) return {};
  const along: Selection = { [across.name]: [region.left, region.right] };
  return down ? { ...along, [down.name]: [region.top, region.bottom] } : along;
}

/** Take a delta up into the states. */
export function applyDelta(states: Uint8Array, numbers: Uint32Array, changed: Uint8Array): void {
  numbers.forEach((number, place) => {
    if (number < states.length) states[number] = changed[place] ?? 0;
  });
}
