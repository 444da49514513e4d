import { describe, expect, test } from 'vitest';

import schema from '../../schema/plugin.json' with { type: 'json' };
import {
  countText,
  fileOf,
  groupOf,
  inGroup,
  isNotable,
  markOf,
  remarks,
  runText,
  statusOf,
  turnsBetween,
  turnText,
  type SweepRow,
} from '../../src/core/board';
import { functionAt, sweepCode } from '../../src/core/functions';
import { PREFERENCES, preferMessage, readPreferences } from '../../src/core/preferences';
import { isBoardMessage, type Board } from '../../src/protocol';

function row(changes: Partial<SweepRow> = {}): SweepRow {
  return {
    id: '1',
    name: 'ising',
    title: 'energy(T, L)',
    kind: 'harvester',
    run: 1,
    state: 'running',
    total: 50,
    done: 27,
    failed: 0,
    cancelled: 0,
    elsewhere: 0,
    running: 1,
    elapsed: 60,
    left: [120, 270],
    said: '',
    store: '/home/me/ising.h5',
    path: 'ising.h5',
    key: '/home/me/ising.h5',
    kernel: 'k',
    session: 'a.ipynb',
    place: 'a.ipynb',
    ...changes,
  };
}

function board(...lines: SweepRow[]): Board {
  return { version: '1', serial: 1, hears: true, lines };
}

describe('a line of the side area', () => {
  test.each([
    [{}, 'running'],
    [{ failed: 2 }, 'running'],
    [{ state: 'paused' }, 'running'],
    [{ state: 'held' }, 'attention'],
    [{ state: 'failed' }, 'attention'],
    [{ state: 'done' }, 'kept'],
    [{ state: 'done', failed: 2 }, 'attention'],
    [{ state: 'idle', run: 0 }, 'kept'],
    [{ state: 'cancelled' }, 'kept'],
  ] as const)('%o is listed under %s', (changes, group) => {
    expect(groupOf(row(changes))).toBe(group);
  });

  test('says the count, what failed and what time is left', () => {
    expect(countText(row())).toBe('27/50');
    expect(remarks(row({ failed: 2 }))).toEqual(['2 failed', '3 min left']);
    expect(remarks(row({ state: 'held', failed: 5 }))).toEqual(['5 failed', 'held']);
    expect(countText(row({ run: 0, state: 'idle', total: 0, done: 0 }))).toBe('');
    expect(remarks(row({ run: 0, state: 'idle', total: 0, done: 0 }))).toEqual([]);
  });

  test('says of a sweep that rests what its file holds', () => {
    const rests = row({ run: 0, state: 'idle', done: 48, failed: 2 });
    expect([countText(rests), remarks(rests), groupOf(rests), markOf(rests)]).toEqual([
      '48/50',
      ['2 failed'],
      'kept',
      'failed',
    ]);
    expect([0, 27, 50].map((done) => markOf(row({ run: 0, state: 'idle', done })))).toEqual([
      'missing',
      'missing',
      'done',
    ]);
    expect(markOf(row({ run: 0, state: 'idle', total: 0, done: 0 }))).toBe('missing');
  });

  test('a run is told from another of the same sweep beside it', () => {
    const rows = [row(), row({ run: 2 }), row({ id: '2', run: 3 })];
    expect(rows.map((one) => runText(one, rows))).toEqual(['run 1', 'run 2', '']);
  });

  test('a run that is done with failures bears their mark', () => {
    expect([markOf(row({ state: 'done' })), markOf(row({ state: 'done', failed: 1 }))]).toEqual(['done', 'failed']);
  });

  test('the latest of a group stands first', () => {
    const rows = [row({ id: '1' }), row({ id: '2', state: 'done' }), row({ id: '3' })];
    expect(inGroup(rows, 'running').map(({ id }) => id)).toEqual(['3', '1']);
  });

  test('a path is shown by its last part', () => {
    expect([fileOf('/a/b.h5'), fileOf('b.h5')]).toEqual(['b.h5', 'b.h5']);
  });
});

describe('the status bar', () => {
  test('is silent while nothing runs', () => {
    expect(statusOf([row({ state: 'done' }), row({ state: 'idle' })])).toBeNull();
  });

  test('says how far one run is, and opens it', () => {
    const one = row();
    expect(statusOf([one])).toEqual({ text: '27/50 · 3 min', mark: 'running', row: one });
    expect(statusOf([row({ left: null })])?.text).toBe('27/50');
    expect(statusOf([row({ state: 'held' })])).toMatchObject({ text: '27/50 · held', mark: 'failed' });
  });

  test('sums several runs up', () => {
    expect(statusOf([row(), row({ id: '2', state: 'held', done: 3 })])).toEqual({
      text: '2 runs, 30/100',
      mark: 'failed',
      row: null,
    });
  });
});

describe('a notification', () => {
  test('comes once, of what happened while the page listened', () => {
    const [before, now] = [row(), row({ state: 'done', done: 50 })];
    expect(turnsBetween(null, board(now))).toEqual([]);
    expect(turnsBetween(board(before), board(now))).toEqual([[now, 'finished']]);
    expect(turnsBetween(board(now), board(now))).toEqual([]);
  });

  test('comes of a run that began and ended between two words of the kernel', () => {
    const next = row({ run: 2, state: 'done' });
    expect(turnsBetween(board(row({ state: 'done' })), board(next))).toEqual([[next, 'finished']]);
  });

  test('comes of the one of two runs of a sweep that ended', () => {
    const other = row({ run: 2 });
    const done = row({ run: 1, state: 'done' });
    expect(turnsBetween(board(row({ run: 1 }), other), board(done, other))).toEqual([[done, 'finished']]);
  });

  test('does not come of what the reader did', () => {
    expect(turnsBetween(board(row()), board(row({ state: 'stopped' })))).toEqual([]);
    expect(turnsBetween(board(row()), board(row({ state: 'paused' })))).toEqual([]);
  });

  test('says what is to be known', () => {
    const done = row({ state: 'done', done: 48, failed: 2, elapsed: 340 });
    expect(turnText(done, 'finished')).toBe('ising has finished 50 cases in 6 min, 2 failed.');
    expect(turnText(row({ state: 'held', failed: 5 }), 'held')).toBe('ising is held: 5 cases failed.');
    expect(turnText(row({ said: 'StoreError: full' }), 'ended')).toBe('ising was ended by an error. StoreError: full');
  });

  test('is left out where the reader wants none, and for a run that was over soon', () => {
    expect(isNotable(row({ elapsed: 9 }), 'finished', PREFERENCES)).toBe(false);
    expect(isNotable(row({ elapsed: 11 }), 'finished', PREFERENCES)).toBe(true);
    expect(isNotable(row({ elapsed: 1 }), 'held', PREFERENCES)).toBe(true);
    expect(isNotable(row({ elapsed: 1 }), 'held', { ...PREFERENCES, notifyOnFinish: false })).toBe(false);
  });
});

describe('the settings', () => {
  test('what is not of its kind is as if it had not been set', () => {
    expect(readPreferences({ refreshSeconds: 'often', workers: 4, askAboveCases: null, other: 1 })).toEqual({
      ...PREFERENCES,
      workers: 4,
      askAboveCases: null,
    });
  });

  test('each is described, and has the default that holds without it', () => {
    for (const [name, said] of Object.entries(schema.properties)) {
      expect([name, said.title.length > 0, said.description.length > 20]).toEqual([name, true, true]);
    }
    const defaults = Object.entries(schema.properties).map(([name, said]) => [name, said.default]);
    expect(Object.fromEntries(defaults)).toEqual(PREFERENCES);
  });

  test('the kernel is told seconds', () => {
    expect(preferMessage({ ...PREFERENCES, askAboveMinutes: 2 })).toMatchObject({ ask: { seconds: 120 } });
    expect(preferMessage({ ...PREFERENCES, askAboveMinutes: null })).toMatchObject({ ask: { seconds: null } });
  });
});

test('only the board is taken for the board', () => {
  expect(isBoardMessage({ kind: 'board', board: board() })).toBe(true);
  for (const other of [null, [], {}, { kind: 'board' }, { kind: 'board', board: {} }, { kind: 'code', lines: [] }]) {
    expect(isBoardMessage(other)).toBe(false);
  }
});

describe('the function at the cursor', () => {
  const cell = [
    'import numpy as np',
    'def first(a):',
    '    def inner(b):',
    '        return b',
    '    return {"x": a}',
    '',
    '@xyz.label("y")',
    'async def second(a, b=(1,',
    '    2)):',
    '    low, high = a, b',
    '    return low, high',
    'second(1)',
  ].join('\n');

  test.each([
    ['return b', 'first'],
    ['import', 'first'],
    ['@xyz', 'second'],
    ['low, high = a', 'second'],
    ['second(1)', 'second'],
  ])('around %s it is %s', (place, name) => {
    expect(functionAt(cell, cell.indexOf(place))?.name).toBe(name);
  });

  test('a cell without one has none', () => {
    expect(functionAt('x = 1\nclass A:\n    def f(self): ...', 0)).toBeNull();
    expect(functionAt('', 0)).toBeNull();
  });

  test('the code names the outputs as the function returns them', () => {
    const code = (source: string): string => {
      const defined = functionAt(source, 0);
      return defined ? sweepCode(defined) : '';
    };
    expect(code('def f(a):\n    return {"x": a}')).toContain('xyz.Harvester(f, "f.h5")');
    expect(code('def f(a):\n    return a * 2')).toContain('xyz.Runner(f, "f")');
    expect(code('def f(a):\n    return low, high')).toContain('xyz.Runner(f, ["low", "high"])');
    expect(code('@label("y")\ndef f(a):\n    return a')).toBe('f.panel()');
  });
});
