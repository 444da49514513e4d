import { describe, expect, test } from 'vitest';

import {
  bytes,
  caseCount,
  clock,
  duration,
  grouped,
  interval,
  middle,
  percent,
  rate,
  short,
} from '../../src/core/format';

describe('numbers are read as people write them', () => {
  test.each([
    [0, '0 s'],
    [0.2, 'under 1 s'],
    [1.24, '1.2 s'],
    [8.6, '9 s'],
    [42, '42 s'],
    [59.7, '1 min'],
    [359, '6 min'],
    [3599, '1 h'],
    [7500, '2 h 5 min'],
    [40_000, '11 h'],
    [100_000, '1 d 4 h'],
    [3e6, '35 d'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test.each([
    [[240, 540], '4–9 min'],
    [[40, 120], '40 s – 2 min'],
    [[60, 61], '1 min'],
    [[0.2, 0.5], 'under 1 s'],
    [[0.5, 12], 'up to 12 s'],
    [[3600, 7500], '1 h – 2 h 5 min'],
  ] as const)('the interval %j is %s', (ends, text) => {
    expect(interval(ends)).toBe(text);
  });

  test('the middle of times that differ by a factor is a factor from either end', () => {
    expect(middle([60, 240])).toBeCloseTo(120);
    expect(middle([0, 10])).toBe(5);
  });

  test.each([
    [412, '412 B'],
    [12_800, '13 kB'],
    [1_240_000, '1.2 MB'],
    [5e15, '5,000 TB'],
  ])('%d bytes are %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  test.each([
    [4.23, '4.2 / s'],
    [120, '120 / s'],
    [0.05, '3 / min'],
    [0.0001, '8.6 / d'],
    [0, '0 / s'],
  ])('%d cases a second are %s', (perSecond, text) => {
    expect(rate(perSecond)).toBe(text);
  });

  test('only what is whole is 100 %, and only nothing is 0 %', () => {
    expect([percent(0, 9), percent(1, 1000), percent(999, 1000), percent(9, 9), percent(1, 0)]).toEqual([
      0, 1, 99, 100, 0,
    ]);
  });

  test('counts, clocks and short numbers', () => {
    expect([caseCount(1), caseCount(1200), grouped(1e6)]).toEqual(['1 case', '1,200 cases', '1,000,000']);
    expect([clock(131), clock(3725), clock(0)]).toEqual(['2:11', '1:02:05', '0:00']);
    expect([short(0), short(0.5), short(1 / 3), short(1e-9), short(2.5e7)]).toEqual([
      '0',
      '0.5',
      '0.3333',
      '1e-9',
      '2.5e7',
    ]);
  });
});
