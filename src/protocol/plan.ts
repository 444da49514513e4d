/** The plan card: what would run, how it is to be carried out, and the cases behind its counts. */

import type { CommonTraits } from './common';

/** Which cases are to run: those that are not stored, those and the ones that failed, or all of them. */
export type Choice = 'new' | 'new_failed' | 'all';

/** How the plan is to be carried out. */
export interface Wishes {
  readonly choice: Choice;
  /** Whether stored results of another version of the function run again too. */
  readonly stale: boolean;
  /** One of `PlanCardTraits.backends`. */
  readonly backend: string;
  /** How many workers; null leaves it to the backend. */
  readonly workers: number | null;
}

/** What would run: nothing of it has. */
export interface Plan {
  /** Names this plan; a `run` message repeats it, so that only what was read is run. */
  readonly id: string;
  /** What the plan was made for; a plan for other wishes is out of date. */
  readonly wishes: Wishes;
  /** All cases: those stored, failed before, new, and stale. */
  readonly total: number;
  readonly stored: number;
  readonly failed: number;
  readonly new: number;
  /** Stored by another version of the function, and not counted in `stored`; null when that cannot be told. */
  readonly stale: number | null;
  /** How many of them would run. */
  readonly to_run: number;
  /** The least and the greatest time that it may take, in seconds; null when that is unknown. */
  readonly seconds: readonly [number, number] | null;
  /** From how many timed cases the time was estimated. */
  readonly timings: number;
  readonly memory_bytes: number | null;
  readonly disk_bytes: number | null;
}

/** The one case that is tried before the others. */
export interface Trial {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** What came of it, as one sentence. */
  readonly said: string;
}

/** Code that does what the panel is set to do. */
export interface Code {
  /** Python. */
  readonly python: string;
  /** The same as a magic; empty where there is none. */
  readonly magic: string;
}

/** The cases of one of the counts of the plan card. */
export type Counted = 'total' | 'stored' | 'failed' | 'new' | 'stale';

/** From what size on a run asks first; null never asks. */
export interface Ask {
  /** More cases than these. */
  readonly cases: number | null;
  /** More seconds than these, at the worst that is expected. */
  readonly seconds: number | null;
}

export interface PlanCardTraits extends CommonTraits {
  /** What is run, for example `energy(T, L, p)`. */
  title: string;
  /** Where its results go, for example `ising.h5`; empty when they stay in memory. */
  store: string;
  wishes: Wishes;
  /** Which of the cases can be chosen; empty where no case is stored one by one, so that all of them run. */
  choices: readonly Choice[];
  backends: readonly string[];
  /** Null until there is one. */
  plan: Plan | null;
  /** Why nothing can run now, as one sentence; empty when it can. */
  reason: string;
  /** Whether a run is under way. */
  busy: boolean;
  trial: Trial;
  code: Code;
  ask: Ask;
}

export const PLAN_CARD: PlanCardTraits = {
  panel: '',
  title: '',
  store: '',
  wishes: { choice: 'new', stale: false, backend: 'serial', workers: null },
  choices: ['new', 'new_failed', 'all'],
  backends: ['serial'],
  plan: null,
  reason: '',
  busy: false,
  trial: { state: 'none', said: '' },
  code: { python: '', magic: '' },
  ask: { cases: null, seconds: null },
};

/** Run the plan with this id; a plan that is out of date does not run. */
export interface RunMessage {
  readonly kind: 'run';
  readonly plan: string;
}

/** Run one of the cases that would run, and keep its result. */
export interface TryMessage {
  readonly kind: 'try_one';
}

/** Some of the cases behind a count, as a table. */
export interface CasesRequest {
  readonly kind: 'cases';
  readonly of: Counted;
  readonly offset: number;
}

/** Rows of a table, each value as text; at most a hundred at a time. */
export interface CasesReply {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly offset: number;
  readonly total: number;
}
