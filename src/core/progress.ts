/** What the state of a run means. */

import type { CaseState, Counts, Progress, RunState } from '../protocol';
import { caseCount, duration, grouped, interval, percent } from './format';
import { trans } from './trans';

/** The mark of each state of a run. */
export const RUN_MARKS: Readonly<Record<RunState, CaseState>> = {
  idle: 'missing',
  found: 'missing',
  queued: 'missing',
  running: 'running',
  paused: 'running',
  held: 'failed',
  stopping: 'running',
  cancelling: 'running',
  done: 'done',
  stopped: 'cancelled',
  cancelled: 'cancelled',
  failed: 'failed',
};

/** The word for a state of a run, as a heading. */
export function stateWord(state: RunState): string {
  const words: Readonly<Record<RunState, string>> = {
    idle: trans._p('run', 'Nothing has run'),
    found: trans._p('run', 'Found again'),
    queued: trans._p('run', 'Queued'),
    running: trans._p('run', 'Running'),
    paused: trans._p('run', 'Paused'),
    held: trans._p('run', 'Held'),
    stopping: trans._p('run', 'Stopping'),
    cancelling: trans._p('run', 'Cancelling'),
    done: trans._p('run', 'Done'),
    stopped: trans._p('run', 'Stopped'),
    cancelled: trans._p('run', 'Cancelled'),
    failed: trans._p('run', 'Ended by an error'),
  };
  return words[state];
}

/** The word for a state of a run, within a line. */
export function remarkOn(state: RunState): string {
  const words: Readonly<Record<RunState, string>> = {
    idle: trans._p('run', 'nothing has run'),
    found: trans._p('run', 'found again'),
    queued: trans._p('run', 'queued'),
    running: trans._p('run', 'running'),
    paused: trans._p('run', 'paused'),
    held: trans._p('run', 'held'),
    stopping: trans._p('run', 'stopping'),
    cancelling: trans._p('run', 'cancelling'),
    done: trans._p('run', 'done'),
    stopped: trans._p('run', 'stopped'),
    cancelled: trans._p('run', 'cancelled'),
    failed: trans._p('run', 'ended by an error'),
  };
  return words[state];
}

/** The word for a state of a case. */
export function caseWord(state: CaseState): string {
  const words: Readonly<Record<CaseState, string>> = {
    missing: trans._p('case', 'not run'),
    done: trans._p('case', 'done'),
    failed: trans._p('case', 'failed'),
    cancelled: trans._p('case', 'cancelled'),
    running: trans._p('case', 'running'),
    stale: trans._p('case', 'stale'),
  };
  return words[state];
}

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

/** The cases that the run itself brought to an end. */
export function carriedOut(counts: Counts): number {
  return ended(counts) - counts.elsewhere;
}

/** The word for where a run stands; one that is done with failures says so. */
export function runWord({ state, failed }: Progress): string {
  if (state !== 'done' || !failed) return stateWord(state);
  return trans._n('Done, %2 failed', 'Done, %2 failed', failed, grouped(failed));
}

/** How many cases failed: `2 failed`. */
export function failedText({ failed }: Counts): string {
  return trans._n('%2 failed', '%2 failed', failed, grouped(failed));
}

/** A whole run in one sentence, as a screen reader or a tooltip has it. */
export function progressText(progress: Progress): string {
  const { total, done, failed, elsewhere, left } = progress;
  const parts = [trans.__('%1 of %2 done', grouped(done), grouped(total))];
  if (failed) parts.push(failedText(progress));
  if (elsewhere) {
    parts.push(trans._n('%2 in another run', '%2 in another run', elsewhere, grouped(elsewhere)));
  }
  if (isActive(progress.state) && left) parts.push(trans.__('%1 left', interval(left)));
  return parts.join(', ');
}

/**
 * What is worth saying aloud when a run moves on: a new state, a first failure, or another quarter of the way; empty
 * for all that lies between.
 */
export function announcement(before: Progress, now: Progress): string {
  const quarter = (progress: Progress): number => Math.floor(percent(ended(progress), progress.total) / 25);
  if (before.state !== now.state) return trans.__('%1: %2.', runWord(now), progressText(now));
  if (!before.failed && now.failed) return trans.__('A case failed: %1.', progressText(now));
  return isActive(now.state) && quarter(now) > quarter(before) ? trans.__('%1.', progressText(now)) : '';
}

/** How a run that is over went, for the place where the time left stood. */
export function tookText(progress: Progress): string {
  return trans.__('%1 in %2', caseCount(carriedOut(progress)), duration(progress.elapsed));
}
