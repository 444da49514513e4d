import { describe, expect, test } from 'vitest';

import { readTable } from '../../src/core/cases';
import { asNumber, splitList } from '../../src/core/literals';
import { judge, moved, verdictOn, withCases } from '../../src/core/rows';
import { placesOf, rangeOf, thinned } from '../../src/core/spread';
import type { Row, Verdict } from '../../src/protocol';
import { ARGUMENT, ROW } from './fixtures';

describe('what is typed is read as Python would', () => {
  test.each(['1', '-2.5', '.5', '1e-3', '1_000', ' 7 ', '3.'])('%s is a number', (text) => {
    expect(asNumber(text)).toBe(Number(text.trim().replaceAll('_', '')));
  });

  test.each(['', 'abc', '1,2', 'inf', 'nan', '0x10', '1e999', '--1'])('%s is none', (text) => {
    expect(asNumber(text)).toBeNull();
  });

  test.each([
    ['1, 2, 5', ['1', '2', '5']],
    ['[1, 2]', ['1', '2']],
    ['"a, b", (1, 2)', ['"a, b"', '(1, 2)']],
    ["'it\\'s', 2,", ["'it\\'s'", '2']],
    ['', []],
  ])('%s is cut at its commas', (text, items) => {
    expect(splitList(text)).toEqual({ items, problem: '' });
  });

  test.each([
    ['"a, b', 'A closing " is missing.'],
    ['(1, 2', 'A closing ) is missing.'],
    ['1,,2', 'Value 2 is empty: two commas follow each other.'],
  ])('%s is not a list', (text, problem) => {
    expect(splitList(text)).toEqual({ items: [], problem });
  });
});

describe('a row is judged while it is typed', () => {
  const problemOf = (changes: Partial<Row>, argument = ARGUMENT): string =>
    judge({ ...ROW, ...changes }, argument).problem;
  const int = { ...ARGUMENT, name: 'L', type: 'int' } as const;

  test.each<[Partial<Row>, string]>([
    [{ kind: 'fixed', value: '' }, 'T needs a value.'],
    [{ kind: 'fixed', value: 'hot' }, '“hot” is not a number.'],
    [{ kind: 'fixed', value: '1, 2' }, '1, 2 is more than one value; choose “List” for several.'],
    [{ kind: 'fixed', value: '"1' }, 'A closing " is missing.'],
    [{ kind: 'list', values: '1,,2' }, 'Value 2 is empty: two commas follow each other.'],
    [{ kind: 'list', values: '' }, 'List the values of T, with commas between them.'],
    [{ kind: 'list', values: '1, x' }, '“x” is not a number.'],
    [{ start: '' }, '“From” is empty.'],
    [{ stop: 'x' }, '“x” is not a number.'],
    [{ num: '2.5' }, 'The number of values must be a whole number from 1, not 2.5.'],
    [{ num: '9e9' }, '9,000,000,000 values are too many; a range has at most a million.'],
    [{ start: '0', spacing: 'log' }, 'A logarithmic range needs both ends above 0.'],
    [{ stop: '0.5' }, 'From and to are both 0.5; set the number to 1, or move one end.'],
    [{ kind: 'choices' }, 'Choose at least one value of T.'],
    [{ kind: 'distribution', parameters: ['1', ''] }, 'A parameter is empty.'],
    [{ kind: 'distribution', parameters: ['one'] }, '“one” is not a number.'],
  ])('%j is told what is wrong: %s', (changes, problem) => {
    expect(problemOf(changes)).toBe(problem);
  });

  test('whole numbers are asked of an argument that takes them', () => {
    expect(problemOf({ kind: 'fixed', value: '2.5' }, int)).toBe('2.5 is not a whole number.');
    expect(problemOf({ start: '1.5', stop: '4', num: '3' }, int)).toBe('1.5 is not a whole number.');
    expect(problemOf({ start: '1', stop: '10', num: '4' }, int)).toBe('');
  });

  test('a range of whole numbers is rounded as the kernel does it, and says so', () => {
    expect(judge({ ...ROW, start: '0', stop: '10', num: '5' }, int)).toMatchObject({
      problem: '',
      count: 5,
      note: 'rounded to whole numbers',
    });
    expect(judge({ ...ROW, start: '1', stop: '3', num: '9' }, int)).toMatchObject({ count: 3 });
    expect(judge({ ...ROW, start: '1', stop: '10', num: '4' }, int).note).toBe('');
  });

  test('an argument of any type leaves its values to the kernel', () => {
    expect(judge({ ...ROW, kind: 'list', values: 'x, [1, 2]' }, { ...ARGUMENT, type: 'any' })).toMatchObject({
      problem: '',
      count: 2,
    });
  });

  test('values that no store has cannot be asked for', () => {
    expect(problemOf({ kind: 'stored' }, { ...ARGUMENT, stored: 0 })).toBe('No values of T are stored yet.');
    expect(judge({ ...ROW, kind: 'stored' }, ARGUMENT).count).toBe(40);
  });

  test('a value that stands twice in a list is refused, as the kernel does it', () => {
    expect(problemOf({ kind: 'list', values: '1, 2, 2' })).toBe('T has the value 2 twice; give each value once.');
  });

  test('what is left empty is the default where there is one', () => {
    expect(problemOf({ kind: 'fixed', value: '' }, { ...ARGUMENT, type: 'any', value: '(1, 2)' })).toBe('');
    expect(problemOf({ kind: 'fixed', value: '' }, { ...ARGUMENT, type: 'str', value: '' })).toBe('');
    expect(problemOf({ kind: 'fixed', value: '' }, { ...ARGUMENT, value: '' })).toBe('T needs a value.');
  });

  test('a list of many orders lies on a logarithmic line', () => {
    const verdict = judge({ ...ROW, kind: 'list', values: '1, 1000, 1000000' }, ARGUMENT);
    expect(verdict).toMatchObject({ count: 3, places: [0, 0.5, 1] });
    expect(judge({ ...ROW, kind: 'fixed', value: 'x, y' }, { ...ARGUMENT, type: 'any' })).toMatchObject({ count: 1 });
  });

  test('the kernel overrules the page, but only on what stands there now', () => {
    const said = { problem: 'too hot', note: '', count: null, places: [], span: '' };
    const verdict: Verdict = { revision: 3, rows: { T: said }, cases: said, draws: said, problem: '', total: null };
    const [other, stored] = [
      { ...ROW, stop: '7' },
      { ...ROW, kind: 'stored' as const },
    ];
    expect(verdictOn({ ...ROW }, ARGUMENT, { verdict, rows: [ROW] }).problem).toBe('too hot');
    expect(verdictOn(other, ARGUMENT, { verdict, rows: [ROW] })).toMatchObject({ problem: '', count: 40 });
    const told = { ...verdict, rows: { T: { ...said, problem: '', places: [0, 1], span: '0 … 9' } } };
    expect(verdictOn(stored, ARGUMENT, { verdict: told, rows: [ROW] })).toMatchObject({
      count: 40,
      places: [0, 1],
      span: '0 … 9',
    });
  });
});

describe('values lie where they are drawn', () => {
  test('a range holds both of its ends exactly', () => {
    expect(rangeOf(0.1, 0.7, 3, 'linear')).toEqual([0.1, expect.closeTo(0.4), 0.7]);
    expect(rangeOf(1, 1000, 4, 'log').map(Math.round)).toEqual([1, 10, 100, 1000]);
    expect(rangeOf(5, 9, 1, 'linear')).toEqual([5]);
  });

  test('a logarithmic range is evenly spread on a logarithmic line', () => {
    placesOf([1, 10, 100], 'log').forEach((place, at) => {
      expect(place).toBeCloseTo(at / 2);
    });
    expect(placesOf([1, 10, 100], 'linear')[1]).toBeCloseTo(1 / 11);
    expect(placesOf([7], 'linear')).toEqual([0.5]);
  });

  test('of many values the ends are kept', () => {
    const few = thinned(Array.from({ length: 1000 }, (_, place) => place));
    expect([few.length, few[0], few.at(-1)]).toEqual([64, 0, 999]);
  });
});

describe('rows change their places', () => {
  const rows = ['a', 'b', 'c'].map((name) => ({ ...ROW, name }));
  const names = (moving: readonly Row[]): string => moving.map(({ name }) => name).join('');

  test('a row moves to where it is sent, and not beyond the ends', () => {
    expect(names(moved(rows, 0, 1))).toBe('bac');
    expect(names(moved(rows, 2, 0))).toBe('cab');
    expect([moved(rows, 0, -1), moved(rows, 2, 3), moved(rows, 1, 1), moved(rows, 9, 0)]).toEqual([
      rows,
      rows,
      rows,
      rows,
    ]);
  });

  test('a table of cases takes its columns over, and gives them back when they are gone', () => {
    const known = ['a', 'b', 'c'].map((name) => ({ ...ARGUMENT, name }));
    const taken = withCases(rows, known, ['b']);
    expect(taken.map(({ kind }) => kind)).toEqual(['range', 'cases', 'range']);
    expect(withCases(taken, known, []).map(({ kind }) => kind)).toEqual(['range', 'fixed', 'range']);
    expect(withCases(taken, [], ['a']).map(({ kind }) => kind)).toEqual(['range', 'fixed', 'range']);
  });
});

describe('a table of cases is read as it is pasted', () => {
  test.each([
    [
      'L\tp\n16\t0.5\n32\t0.4\n',
      ['L', 'p'],
      [
        ['16', '0.5'],
        ['32', '0.4'],
      ],
    ],
    ['"L", p\r\n16, (1, 2)\r\n\r\n', ['L', 'p'], [['16', '(1, 2)']]],
    ['', [], []],
  ])('%j', (text, columns, rows) => {
    expect(readTable(text, ['L', 'p'])).toEqual({ columns, rows, problem: '' });
  });

  test.each([
    ['L\tq\n1\t2', 'The first line must name the arguments (L, p); “q” is none of them.'],
    ['L\tL\n1\t2', 'The column L stands there twice.'],
    ['L\tp\n1\t2\n3\t', 'Case 2 has 1 of 2 values.'],
    ['L\tp', 'No case follows the first line.'],
  ])('%j is told what is wrong: %s', (text, problem) => {
    expect(readTable(text, ['L', 'p'])).toMatchObject({ rows: [], problem });
  });
});
