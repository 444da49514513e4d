import { describe, expect, test } from 'vitest';

import {
  applyDelta,
  cellsUnder,
  census,
  firstAxes,
  layoutOf,
  placeOn,
  rasterOf,
  regionOf,
  selectionOf,
  worstStates,
} from '../../src/core/casemap';
import { censusText, placeText, present, regionText, tally, ticksAcross, ticksOf } from '../../src/core/maptext';
import { type Palette, pixel, press, raise, stampOf, stampsOf } from '../../src/core/stamps';
import { CASE_STATES, type CaseState, type MapAxis } from '../../src/protocol';
import { AXES, manyCases, someStates } from './fixtures';

const code = (state: CaseState): number => CASE_STATES.indexOf(state);
const [T, L] = AXES as [MapAxis, MapAxis];
const STATES = new Uint8Array(someStates().buffer);
const PALETTE = Object.fromEntries(
  CASE_STATES.map((state, place) => [
    state,
    [
      [place, 0, 0],
      [0, 0, 255],
    ],
  ]),
) as unknown as Palette;

describe('every case has its cell', () => {
  test('the number of a case tells its place on each axis', () => {
    expect([placeOn(T, 7), placeOn(L, 7)]).toEqual([1, 3]);
    const coded = { ...T, stride: 2, size: 3, codes: [2, 0, 1] };
    expect([0, 1, 2, 4].map((number) => placeOn(coded, number))).toEqual([2, 2, 0, 1]);
  });

  test('two axes make a grid, one a row, and none a square of the numbers', () => {
    expect(layoutOf(160, T, L)).toMatchObject({ columns: 40, rows: 4 });
    expect(layoutOf(160, T, null)).toMatchObject({ columns: 40, rows: 1 });
    const { columns, rows } = layoutOf(1000, null, null);
    expect(columns * rows).toBeGreaterThanOrEqual(1000);
    expect(columns * (rows - 1)).toBeLessThan(1000);
    expect(firstAxes([L, T, { ...L, name: 'one', size: 1 }])).toEqual(['T', 'L']);
    expect(firstAxes([])).toEqual(['', '']);
  });

  test('of the cases that share a cell the worst is shown, however many are done', () => {
    const row = rasterOf(layoutOf(160, L, null), 400, 1);
    expect(row.columns).toBe(4);
    expect([...worstStates(row, STATES)]).toEqual([code('failed'), code('running'), code('running'), code('running')]);
  });

  test('a grid with more cells than pixels is drawn in blocks that lose no failure', () => {
    const { axes, states } = manyCases();
    const codes = new Uint8Array(states?.buffer ?? new ArrayBuffer());
    const raster = rasterOf(layoutOf(codes.length, axes[0] ?? null, axes[1] ?? null), 300, 1);
    expect([raster.columns, raster.rows]).toEqual([300, 320]);
    const failed = codes.reduce((sum, state) => sum + Number(state === code('failed')), 0);
    expect(failed).toBeGreaterThan(10);
    expect(worstStates(raster, codes).filter((state) => state === code('failed')).length).toBe(failed);
    const all = { left: 0, top: 0, right: 299, bottom: 319 };
    expect(cellsUnder(raster, all)).toEqual({ left: 0, top: 0, right: 999, bottom: 499 });
    expect(census(raster, codes, all)).toMatchObject({ total: 1_000_000, first: codes.indexOf(code('failed')) });
  });

  test('what is picked out is named by the axes', () => {
    const raster = rasterOf(layoutOf(160, T, L), 800, 1);
    const region = regionOf([3, 2], [1, 0]);
    expect(selectionOf(raster.layout, cellsUnder(raster, region))).toEqual({ T: [1, 3], L: [0, 2] });
    expect(selectionOf(layoutOf(9, null, null), region)).toEqual({});
    expect(selectionOf(layoutOf(160, T, null), region)).toEqual({ T: [1, 3] });
  });

  test('a delta changes the cases that it names, and none beyond the end', () => {
    const states = new Uint8Array(3);
    applyDelta(states, Uint32Array.of(2, 7), Uint8Array.of(code('done'), code('failed')));
    expect([...states]).toEqual([0, 0, code('done')]);
  });
});

describe('the map can be read in words', () => {
  const raster = rasterOf(layoutOf(160, T, L), 800, 1);

  test('one case by its state, several by how many of each', () => {
    const one = regionOf([0, 0], [0, 0]);
    expect(regionText(raster, one, census(raster, STATES, one))).toBe('T = 0.50 K, L = 16 · failed');
    const some = regionOf([0, 0], [1, 1]);
    expect(regionText(raster, some, census(raster, STATES, some))).toBe(
      'T = 0.50 K … 0.59 K, L = 16 … 32 · 4 cases: 2 done, 2 failed',
    );
    const empty = census(raster, new Uint8Array(), one);
    expect(censusText(empty)).toBe('no case here');
  });

  test('cases in the order of their numbers are named by them', () => {
    const plain = rasterOf(layoutOf(160, null, null), 800, 1);
    const at = regionOf([5, 0], [5, 0]);
    expect(regionText(plain, at, census(plain, STATES, at))).toBe('case 5 · done');
  });

  test('labels that were not sent are counted instead', () => {
    const bare = rasterOf(layoutOf(160, { ...T, labels: [] }, null), 800, 1);
    expect(placeText(bare, regionOf([4, 0], [4, 0]))).toBe('T = no. 5');
    expect(ticksOf({ ...T, labels: [] }, 5)).toEqual([]);
  });

  test('the tally counts every state, and the ticks are evenly apart', () => {
    expect(present(tally(STATES))).toEqual([
      ['missing', 60],
      ['done', 85],
      ['failed', 3],
      ['running', 8],
      ['stale', 4],
    ]);
    expect(ticksOf(T, 5).map(({ text }) => text)).toEqual(['0.5', '1.22', '1.94', '2.65', '3.37']);
  });
});

describe('labels along an axis are as short as tells them apart', () => {
  const axis = (labels: readonly string[]): MapAxis => ({ ...T, size: labels.length, labels });
  const texts = (labels: readonly string[]): readonly string[] =>
    ticksOf(axis(labels), labels.length).map(({ text }) => text);

  test.each([
    ['evenly apart', ['0.5', '0.673913', '0.847826', '1.02174'], ['0.5', '0.67', '0.85', '1.02']],
    ['by factors', ['0.001', '0.00316228', '0.01', '0.0316228'], ['0.001', '0.0032', '0.01', '0.032']],
    ['with exponents', ['1.23456e-05', '2.23456e-05'], ['1.2e-5', '2.2e-5']],
    ['hardly apart', ['1000.001', '1000.002'], ['1000.001', '1000.002']],
    ['whole', ['8', '16', '1024000'], ['8', '16', '1024000']],
    ['about nothing', ['-0.333333', '0', '0.333333'], ['-0.33', '0', '0.33']],
    ['one alone', ['0.333333'], ['0.333333']],
    ['alike', ['0.333333', '0.333333'], ['0.333333', '0.333333']],
    ['no numbers', ['square', 'kagome'], ['square', 'kagome']],
  ])('%s', (_, labels, short) => {
    expect(texts(labels)).toEqual(short);
  });

  test('a label keeps the whole of what it stands for', () => {
    expect(ticksOf(axis(['0.673913', '0.847826']), 2)[0]).toEqual({ at: 0.25, text: '0.67', full: '0.673913' });
  });

  test.each([
    [1000, 24],
    [300, 6],
    [20, 1],
  ])('in a width of %d stand %d of 24, none upon another', (width, count) => {
    const labels = Array.from({ length: 24 }, (_, at) => String(+(0.5 + (4 * at) / 23).toPrecision(6)));
    const ticks = ticksAcross(axis(labels), width);
    expect(ticks).toHaveLength(count);
    const longest = Math.max(...ticks.map(({ text }) => text.length));
    expect(Math.min(1, count - 1) * count * longest * 6.5).toBeLessThan(width);
  });

  test('labels that were not sent take no room', () => {
    expect(ticksAcross({ ...T, labels: [] }, 100)).toEqual([]);
  });
});

describe('states are told apart without their colours', () => {
  test.each([[16], [3]])('at a side of %d pixels failed and running cases bear marks', (side) => {
    const kinds = (state: CaseState): number => new Set(stampOf(state, side, side, PALETTE)).size;
    expect(kinds('failed')).toBeGreaterThan(1);
    expect(kinds('running')).toBeGreaterThan(1);
    expect(kinds('done')).toBe(1);
  });

  test('the marks of large cells all differ', () => {
    const same = Object.fromEntries(
      CASE_STATES.map((state) => [
        state,
        [
          [9, 9, 9],
          [200, 200, 200],
        ],
      ]),
    ) as unknown as Palette;
    const stamps = CASE_STATES.map((state) => stampOf(state, 16, 16, same).join());
    expect(new Set(stamps).size).toBe(CASE_STATES.length);
  });

  test('blocks are copied to their places, and gaps stay clear', () => {
    const sheet = { pixels: new Uint32Array(6 * 3), width: 6 };
    const blocks = { columns: 2, width: 3, height: 3, gap: 1 };
    press(sheet, Int8Array.of(code('done'), -1), stampsOf(2, 2, PALETTE), blocks);
    const done = pixel([code('done'), 0, 0], [0, 0, 0], 0);
    expect([...sheet.pixels]).toEqual([done, done, 0, 0, 0, 0, done, done, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('one failure among a million is raised above its neighbours, at the edges too', () => {
    const sheet = { pixels: new Uint32Array(100), width: 10 };
    const states = new Int8Array(100).fill(code('done'));
    states[99] = code('failed');
    raise(sheet, states, 7, { columns: 10, width: 1, height: 1, gap: 0 });
    expect(sheet.pixels.filter((value) => value === 7).length).toBe(16);
    expect(sheet.pixels[99]).toBe(7);
  });
});
