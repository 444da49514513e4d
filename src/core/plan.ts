/** What a plan and its button say. */

import type { Ask, Choice, Counted, Plan, Wishes } from '../protocol';
import { caseCount, duration, grouped, middle, roughly } from './format';
import { caseWord } from './progress';
import { trans } from './trans';

/** How many cases a choice would run. */
export function toRun(plan: Plan, { choice, stale }: Pick<Wishes, 'choice' | 'stale'>): number {
  if (choice === 'all') return plan.total;
  return plan.new + (choice === 'new_failed' ? plan.failed : 0) + (stale ? (plan.stale ?? 0) : 0);
}

/** The words for a choice. */
export function choiceWord(choice: Choice): string {
  const words: Readonly<Record<Choice, string>> = {
    new: trans._p('cases', 'New'),
    new_failed: trans._p('cases', 'New and failed'),
    all: trans._p('cases', 'All again'),
  };
  return words[choice];
}

/** The words of the box that lets stale results run again too. */
export function staleWord(): string {
  return trans.__('and stale');
}

/** The counts of a plan with their words: the first is the sum of the others, of which there are none without choices. */
export function countsOf(plan: Plan, choices: readonly Choice[]): readonly (readonly [Counted, string, number])[] {
  if (!choices.length) return [['total', trans._n('case', 'cases', plan.total), plan.total]];
  const stale = plan.stale === null ? [] : ([['stale', caseWord('stale'), plan.stale]] as const);
  return [
    ['total', trans._n('case in all', 'cases in all', plan.total), plan.total],
    ['stored', trans._p('case', 'stored'), plan.stored],
    ['failed', trans._p('case', 'failed before'), plan.failed],
    ['new', trans._p('case', 'new'), plan.new],
    ...stale,
  ];
}

/** Whether two wishes are the same, so that a plan for one is a plan for the other. */
export function sameWishes(one: Wishes, other: Wishes): boolean {
  const keys = ['choice', 'stale', 'backend', 'workers'] as const;
  return keys.every((key) => one[key] === other[key]);
}

/** What a plan runs: some cases, all of them again, or new ones alone. */
function whatRuns(plan: Plan, choices: readonly Choice[]): string {
  const [{ choice, stale }, count] = [plan.wishes, plan.to_run];
  if (!choices.length) return caseCount(count);
  if (choice === 'all') return trans._n('all %2 case again', 'all %2 cases again', count, grouped(count));
  const mixed = (choice === 'new_failed' && plan.failed > 0) || (stale && (plan.stale ?? 0) > 0);
  return mixed ? caseCount(count) : trans._n('%2 new case', '%2 new cases', count, grouped(count));
}

/** What the primary button will do. */
export function buttonText(plan: Plan, choices: readonly Choice[]): string {
  const run = trans.__('Run %1', whatRuns(plan, choices));
  return plan.seconds ? `${run} · ${roughly(middle(plan.seconds))}` : run;
}

/** What is asked before a run that is larger than some limits; empty for one that is not. */
export function sizeQuestion(plan: Plan, choices: readonly Choice[], { cases, seconds }: Ask): string {
  const [, worst] = plan.seconds ?? [0, 0];
  if ((cases === null || plan.to_run <= cases) && (seconds === null || worst <= seconds)) return '';
  const what = whatRuns(plan, choices);
  return plan.seconds
    ? trans.__('Run %1? It may take %2.', what, duration(worst))
    : trans.__('Run %1? How long that takes is not known yet.', what);
}

/** Why a plan runs nothing; empty when it runs something. */
function emptyReason(plan: Plan): string {
  if (plan.to_run > 0) return '';
  if (plan.total === 0) return trans.__('There are no cases: give every argument at least one value.');
  const again = choiceWord('all');
  if (plan.stored === plan.total) {
    return trans._n(
      'The %2 case is stored. Choose “%3” to run it anew.',
      'All %2 cases are stored. Choose “%3” to run them anew.',
      plan.total,
      grouped(plan.total),
      again,
    );
  }
  if (plan.failed > 0) {
    return trans._n(
      'Nothing new: %2 failed before. Choose “%3” to retry.',
      'Nothing new: %2 failed before. Choose “%3” to retry.',
      plan.failed,
      grouped(plan.failed),
      choiceWord('new_failed'),
    );
  }
  const stale = plan.stale ?? 0;
  return trans._n(
    'Nothing new: %2 stale. Tick “%3” to run it with the present function.',
    'Nothing new: %2 stale. Tick “%3” to run them with the present function.',
    stale,
    grouped(stale),
    staleWord(),
  );
}

/** Why the button cannot be pressed now, as one sentence; empty when it can. */
export function reasonAgainst(plan: Plan | null, wishes: Wishes, reason: string, busy: boolean): string {
  if (busy) return trans.__('A run is under way; what comes of it is counted here at its end.');
  if (reason) return reason;
  if (!plan) return trans.__('Choose the values of every argument first.');
  if (!sameWishes(plan.wishes, wishes)) return trans.__('Working out the plan …');
  return emptyReason(plan);
}
