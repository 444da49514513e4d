/** What the state of a run means. */

import type { CaseState, Counts, Progress, RunState } from '../protocol';
import { counted, duration, grouped, interval, percent } from './format';

/** The word for each state of a run, and the mark that goes with it. */
export const RUN_WORDS: Readonly<Record<RunState, readonly [string, CaseState]>> = {
  idle: ['Nothing has run', 'missing'],
  found: ['Found again', 'missing'],
  queued: ['Queued', 'missing'],
  running: ['Running', 'running'],
  paused: ['Paused', 'running'],
  held: ['Held', 'failed'],
  stopping: ['Stopping', 'running'],
  cancelling: ['Cancelling', 'running'],
  done: ['Done', 'done'],
  stopped: ['Stopped', 'cancelled'],
  cancelled: ['Cancelled', 'cancelled'],
  failed: ['Ended by an error', 'failed'],
};

/** The word for each state of a case. */
export const CASE_WORDS: Readonly<Record<CaseState, string>> = {
  missing: 'not run',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  running: 'running',
  stale: 'stale',
};

const ACTIVE: readonly RunState[] = ['queued', 'running', 'paused', 'held', 'stopping', 'cancelling'];

/** Whether a run is under way, so that word of it is to be expected. */
export function isActive(state: RunState): boolean {
  return ACTIVE.includes(state);
}

/** The cases that have no end yet and are not under way. */
export function waiting(counts: Counts): number {
  return Math.max(0, counts.total - ended(counts) - counts.running);
}

/** The cases that have an end, good or bad. */
export function ended({ done, failed, cancelled, elsewhere }: Counts): number {
  return done + failed + cancelled + elsewhere;
}

/** The word for where a run stands; one that is done with failures says so. */
export function runWord({ state, failed }: Progress): string {
  return state === 'done' && failed ? `Done, ${grouped(failed)} failed` : RUN_WORDS[state][0];
}

/** A whole run in one sentence, as a screen reader or a tooltip has it. */
export function progressText(progress: Progress): string {
  const { total, done, failed, elsewhere, left } = progress;
  const parts = [`${grouped(done)} of ${grouped(total)} done`];
  if (failed) parts.push(`${grouped(failed)} failed`);
  if (elsewhere) parts.push(`${grouped(elsewhere)} in another run`);
  if (isActive(progress.state) && left) parts.push(`${interval(left)} left`);
  return parts.join(', ');
}

/**
 * What is worth saying aloud when a run moves on: a new state, a first failure, or another quarter of the way; empty
 * for all that lies between.
 */
export function announcement(before: Progress, now: Progress): string {
  const quarter = (progress: Progress): number => Math.floor(percent(ended(progress), progress.total) / 25);
  if (before.state !== now.state) return `${runWord(now)}: ${progressText(now)}.`;
  if (!before.failed && now.failed) return `A case failed: ${progressText(now)}.`;
  return isActive(now.state) && quarter(now) > quarter(before) ? `${progressText(now)}.` : '';
}

/** How a run that is over went, for the place where the time left stood. */
export function tookText({ elapsed, done, failed, cancelled }: Progress): string {
  return `${counted(done + failed + cancelled, 'case')} in ${duration(elapsed)}`;
}
