/** The failures: what failed in which way, and more of it. */

import type { CommonTraits } from './common';

/** One case that failed. */
export interface FailedCase {
  readonly number: number;
  readonly text: string;
  readonly tries: number;
  readonly traceback: string;
  /** What it printed; may be empty. */
  readonly output: string;
  /** Code that calls the function with the arguments of this case. */
  readonly code: string;
}

/** The cases that failed in one way: with one kind of exception, at one place. */
export interface FailureGroup {
  readonly id: string;
  readonly raised: string;
  readonly said: string;
  /** Function, file and line, for example `energy(), line 31`. */
  readonly place: string;
  readonly count: number;
  /** The first of them; the `failures` request brings more. */
  readonly cases: readonly FailedCase[];
}

export interface FailuresTraits extends CommonTraits {
  groups: readonly FailureGroup[];
  /** Why the run is held, as one sentence; empty when it is not. */
  held: string;
  /** Whether a run is under way, so that nothing can be retried now. */
  busy: boolean;
}

export const FAILURES: FailuresTraits = { panel: '', groups: [], held: '', busy: false };

/** Run cases that failed again: those of one group or all of them (an empty group). */
export interface RetryMessage {
  readonly kind: 'retry';
  readonly group: string;
}

/** More of the cases of a group of failures. */
export interface FailuresRequest {
  readonly kind: 'failures';
  readonly group: string;
  readonly offset: number;
}

export interface FailuresReply {
  readonly cases: readonly FailedCase[];
}
