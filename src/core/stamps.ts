/**
 * How a state looks on the map: a colour, and a mark of its own that is told apart without it.
 *
 * A stamp is one block as pixels (RGBA in one number, as `ImageData` holds them); blocks are copied, not drawn.
 */

import { CASE_STATES, type CaseState } from '../protocol';

/** Red, green and blue. */
export type Colour = readonly [number, number, number];

/** The colours of a map: the ground of each state, and the mark upon it. */
export type Palette = Readonly<Record<CaseState, readonly [Colour, Colour]>>;

/** Whether a mark covers a point of the unit square. */
const MARKS: Readonly<Record<CaseState, (x: number, y: number) => boolean>> = {
  done: () => false,
  missing: (x, y) => Math.hypot(x - 0.5, y - 0.5) < 0.13,
  failed: (x, y) => y > 0.2 && y < 0.8 && Math.abs(x - 0.5) < (y - 0.2) * 0.58,
  running: (x) => x > 0.5,
  cancelled: (x, y) => Math.abs(Math.abs(x - 0.5) - Math.abs(y - 0.5)) < 0.1 && Math.abs(x - 0.5) < 0.3,
  stale: (x, y) => Math.abs(Math.abs(x - 0.5) + Math.abs(y - 0.5) - 0.25) < 0.09,
};

const SAMPLES = 4;

/** The least side at which a mark can be recognised; smaller blocks are hatched instead. */
const LEAST_MARK = 7;

/** How much of a pixel a mark covers, from 0 to 1. */
function cover(state: CaseState, x: number, y: number, width: number, height: number): number {
  const side = Math.min(width, height);
  let hits = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const [dx, dy] = [(sample % SAMPLES) + 0.5, Math.floor(sample / SAMPLES) + 0.5];
    const at = (place: number, part: number, length: number): number =>
      (place + part / SAMPLES - length / 2) / side + 0.5;
    if (MARKS[state](at(x, dx, width), at(y, dy, height))) hits += 1;
  }
  return hits / SAMPLES ** 2;
}

/** The hatch of small blocks: failed cases are striped, running ones split, the others plain. */
function hatch(state: CaseState, x: number, y: number, width: number): number {
  if (state === 'failed') return (x + y) % 3 === 0 && width > 2 ? 1 : 0;
  return state === 'running' && width > 2 && x >= width / 2 ? 1 : 0;
}

/** One pixel as `ImageData` holds it, on the little-endian machines that browsers run on. */
export function pixel(ground: Colour, mark: Colour, share: number): number {
  const [red, green, blue] = ground.map((part, place) => Math.round(part + ((mark[place] ?? 0) - part) * share));
  return ((255 << 24) | ((blue ?? 0) << 16) | ((green ?? 0) << 8) | (red ?? 0)) >>> 0;
}

/** The pixels of a block in one state, row by row. */
export function stampOf(state: CaseState, width: number, height: number, palette: Palette): Uint32Array {
  const [ground, mark] = palette[state];
  const covered = Math.min(width, height) >= LEAST_MARK ? cover : hatch;
  return Uint32Array.from({ length: width * height }, (_, place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    return pixel(ground, mark, covered(state, x, y, width, height));
  });
}

/** The stamps of all states, each at its code. */
export function stampsOf(width: number, height: number, palette: Palette): readonly Uint32Array[] {
  return CASE_STATES.map((state) => stampOf(state, width, height, palette));
}

/** Where blocks are copied to: `width` pixels in each row. */
export interface Sheet {
  readonly pixels: Uint32Array;
  readonly width: number;
}

/** The blocks of a grid, as `Raster` has them. */
export interface Blocks {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

/** Copy a stamp to each block; a block without a case (-1) stays as it is. */
export function press(sheet: Sheet, states: Int8Array, stamps: readonly Uint32Array[], blocks: Blocks): void {
  const { columns, width, height, gap } = blocks;
  const [inner, tall] = [width - gap, height - gap];
  for (let block = 0; block < states.length; block++) {
    const stamp = stamps[states[block] ?? -1];
    if (!stamp) continue;
    const corner = Math.floor(block / columns) * height * sheet.width + (block % columns) * width;
    for (let y = 0; y < tall; y++) {
      for (let x = 0; x < inner; x++) sheet.pixels[corner + y * sheet.width + x] = stamp[y * inner + x] ?? 0;
    }
  }
}

/** The least side, in device pixels, at which a failed case among many is seen. */
const LEAST_SEEN = 4;

/** Spread the failed blocks of a dense grid over their neighbours, so that one failure in a million is seen. */
export function raise(sheet: Sheet, states: Int8Array, colour: number, { columns, width, height }: Blocks): void {
  if (Math.min(width, height) >= LEAST_SEEN) return;
  const failed = CASE_STATES.indexOf('failed');
  const tall = sheet.pixels.length / sheet.width;
  const start = (at: number, side: number, end: number): number =>
    Math.max(0, Math.min(end - LEAST_SEEN, at * side + Math.floor((side - LEAST_SEEN) / 2)));
  for (let block = states.indexOf(failed); block >= 0; block = states.indexOf(failed, block + 1)) {
    const left = start(block % columns, width, sheet.width);
    const top = start(Math.floor(block / columns), height, tall);
    for (let y = top; y < Math.min(tall, top + LEAST_SEEN); y++) {
      sheet.pixels.fill(colour, y * sheet.width + left, y * sheet.width + Math.min(sheet.width, left + LEAST_SEEN));
    }
  }
}
