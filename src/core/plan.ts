/** What a plan and its button say. */

import type { Ask, Choice, Counted, Plan, Wishes } from '../protocol';
import { counted, duration, grouped, middle, roughly } from './format';

/** How many cases a choice would run. */
export function toRun(plan: Plan, { choice, stale }: Pick<Wishes, 'choice' | 'stale'>): number {
  if (choice === 'all') return plan.total;
  return plan.new + (choice === 'new_failed' ? plan.failed : 0) + (stale ? (plan.stale ?? 0) : 0);
}

/** The words for each choice. */
export const CHOICE_WORDS: Readonly<Record<Choice, string>> = {
  new: 'New',
  new_failed: 'New and failed',
  all: 'All again',
};

/** The counts of a plan with their words: the first is the sum of the others, of which there are none without choices. */
export function countsOf(plan: Plan, choices: readonly Choice[]): readonly (readonly [Counted, string, number])[] {
  if (!choices.length) return [['total', plan.total === 1 ? 'case' : 'cases', plan.total]];
  const stale = plan.stale === null ? [] : ([['stale', 'stale', plan.stale]] as const);
  return [
    ['total', plan.total === 1 ? 'case in all' : 'cases in all', plan.total],
    ['stored', 'stored', plan.stored],
    ['failed', 'failed before', plan.failed],
    ['new', 'new', plan.new],
    ...stale,
  ];
}

/** Whether two wishes are the same, so that a plan for one is a plan for the other. */
export function sameWishes(one: Wishes, other: Wishes): boolean {
  const keys = ['choice', 'stale', 'backend', 'workers'] as const;
  return keys.every((key) => one[key] === other[key]);
}

function whatRuns(plan: Plan, choices: readonly Choice[]): string {
  const { choice, stale } = plan.wishes;
  if (!choices.length) return counted(plan.to_run, 'case');
  if (choice === 'all') return `all ${counted(plan.to_run, 'case')} again`;
  const mixed = (choice === 'new_failed' && plan.failed > 0) || (stale && (plan.stale ?? 0) > 0);
  return mixed ? counted(plan.to_run, 'case') : counted(plan.to_run, 'new case');
}

/** What the primary button will do. */
export function buttonText(plan: Plan, choices: readonly Choice[]): string {
  const time = plan.seconds ? ` · ${roughly(middle(plan.seconds))}` : '';
  return `Run ${whatRuns(plan, choices)}${time}`;
}

/** What is asked before a run that is larger than some limits; empty for one that is not. */
export function sizeQuestion(plan: Plan, choices: readonly Choice[], { cases, seconds }: Ask): string {
  const [, worst] = plan.seconds ?? [0, 0];
  if ((cases === null || plan.to_run <= cases) && (seconds === null || worst <= seconds)) return '';
  const time = plan.seconds ? `It may take ${duration(worst)}.` : 'How long that takes is not known yet.';
  return `Run ${whatRuns(plan, choices)}? ${time}`;
}

/** Why a plan runs nothing; empty when it runs something. */
function emptyReason(plan: Plan): string {
  if (plan.to_run > 0) return '';
  if (plan.total === 0) return 'There are no cases: give every argument at least one value.';
  if (plan.stored === plan.total)
    return `All ${counted(plan.total, 'case')} are stored. Choose “All again” to run them anew.`;
  if (plan.failed > 0) return `Nothing new: ${grouped(plan.failed)} failed before. Choose “New and failed” to retry.`;
  return `Nothing new: ${grouped(plan.stale ?? 0)} stale. Tick “and stale” to run them with the present function.`;
}

/** Why the button cannot be pressed now, as one sentence; empty when it can. */
export function reasonAgainst(plan: Plan | null, wishes: Wishes, reason: string, busy: boolean): string {
  if (busy) return 'A run is under way.';
  if (reason) return reason;
  if (!plan) return 'Choose the values of every argument first.';
  if (!sameWishes(plan.wishes, wishes)) return 'Working out the plan …';
  return emptyReason(plan);
}
