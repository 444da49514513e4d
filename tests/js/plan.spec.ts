import { describe, expect, test } from 'vitest';

import { buttonText, countsOf, reasonAgainst, toRun } from '../../src/core/plan';
import { announcement, isActive, progressText, runWord, tookText, waiting } from '../../src/core/progress';
import type { Choice, Plan, Wishes } from '../../src/protocol';
import { PLAN, PROGRESS, WISHES } from './fixtures';

const CHOICES: readonly Choice[] = ['new', 'new_failed', 'all'];

function planFor(wishes: Partial<Wishes>, changes: Partial<Plan> = {}): Plan {
  const plan = { ...PLAN, ...changes, wishes: { ...WISHES, ...wishes } };
  return { ...plan, to_run: toRun(plan, plan.wishes) };
}

describe('the button says what it will do', () => {
  test.each([
    [planFor({}), 'Run 50 new cases · about 6 min'],
    [planFor({}, { new: 1, seconds: null }), 'Run 1 new case'],
    [planFor({ choice: 'new_failed' }), 'Run 52 cases · about 6 min'],
    [planFor({ choice: 'new_failed' }, { failed: 0 }), 'Run 50 new cases · about 6 min'],
    [planFor({}, { seconds: [0.1, 0.4] }), 'Run 50 new cases · under 1 s'],
    [planFor({ stale: true }), 'Run 54 cases · about 6 min'],
    [planFor({ stale: true }, { stale: null }), 'Run 50 new cases · about 6 min'],
    [planFor({ choice: 'all' }), 'Run all 149 cases again · about 6 min'],
  ])('%#', (plan, text) => {
    expect(buttonText(plan, CHOICES)).toBe(text);
  });

  test('of cases that are not stored one by one all run', () => {
    expect(buttonText(planFor({ choice: 'all' }), [])).toBe('Run 149 cases · about 6 min');
    expect(countsOf(planFor({}, { total: 1 }), [])).toEqual([['total', 'case', 1]]);
  });

  test('the counts add up to the whole', () => {
    const [whole, ...parts] = countsOf(PLAN, CHOICES).map(([, , value]) => value);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
    expect(countsOf({ ...PLAN, stale: null, total: 1 }, CHOICES).map(([of]) => of)).toEqual([
      'total',
      'stored',
      'failed',
      'new',
    ]);
  });
});

describe('a button that cannot be pressed says why', () => {
  const none = { new: 0, failed: 0, stale: 0 };

  test.each<[Plan | null, string]>([
    [null, 'Choose the values of every argument first.'],
    [planFor({}, { ...none, total: 0, stored: 0 }), 'There are no cases: give every argument at least one value.'],
    [planFor({}, { ...none, stored: 149 }), 'All 149 cases are stored. Choose “All again” to run them anew.'],
    [planFor({}, { ...none, failed: 3 }), 'Nothing new: 3 failed before. Choose “New and failed” to retry.'],
    [
      planFor({}, { ...none, stale: 4 }),
      'Nothing new: 4 stale. Tick “and stale” to run them with the present function.',
    ],
    [PLAN, ''],
  ])('%#', (plan, reason) => {
    expect(reasonAgainst(plan, WISHES, '', false)).toBe(reason);
  });

  test('a run under way comes before what is wrong, and that before a plan for other wishes', () => {
    expect(reasonAgainst(PLAN, WISHES, 'L is wrong.', true)).toBe(
      'A run is under way; what comes of it is counted here at its end.',
    );
    expect(reasonAgainst(PLAN, WISHES, 'L is wrong.', false)).toBe('L is wrong.');
    expect(reasonAgainst(PLAN, { ...WISHES, workers: 2 }, '', false)).toBe('Working out the plan …');
  });
});

describe('a run is told in words', () => {
  test('the figures of a run in one sentence', () => {
    expect(progressText(PROGRESS)).toBe('85 of 160 done, 3 failed, 2–5 min left');
    expect(waiting(PROGRESS)).toBe(64);
    expect(tookText({ ...PROGRESS, elapsed: 340 })).toBe('88 cases in 6 min');
    expect(tookText({ ...PROGRESS, elsewhere: 72, elapsed: 340 })).toBe('88 cases in 6 min');
    expect(runWord({ ...PROGRESS, state: 'done' })).toBe('Done, 3 failed');
    expect(runWord({ ...PROGRESS, state: 'done', failed: 0 })).toBe('Done');
  });

  test('only a run under way is waited for', () => {
    expect([isActive('held'), isActive('cancelling'), isActive('done'), isActive('found')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('a screen reader hears new states, quarters and the first failure, and nothing in between', () => {
    const clean = { ...PROGRESS, failed: 0, left: null };
    expect(announcement(clean, { ...clean, done: 86 })).toBe('');
    expect(announcement(clean, { ...clean, done: 120 })).toBe('120 of 160 done.');
    expect(announcement(clean, { ...clean, failed: 1 })).toBe('A case failed: 85 of 160 done, 1 failed.');
    expect(announcement(clean, { ...clean, state: 'paused' })).toBe('Paused: 85 of 160 done.');
  });
});
