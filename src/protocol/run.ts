/** The run monitor: how far a run is, its cases on a map, and the words that steer it. */

import type { CommonTraits } from './common';
import type { FailedCase } from './failures';

/** Where a run stands; `idle` before the first, `found` when an earlier one left something to go on with. */
export type RunState =
  | 'idle'
  | 'found'
  | 'queued'
  | 'running'
  | 'paused'
  | 'held'
  | 'stopping'
  | 'cancelling'
  | 'done'
  | 'stopped'
  | 'cancelled'
  | 'failed';

/** A case under way. */
export interface Current {
  readonly number: number;
  readonly text: string;
  /** For how long, in seconds. */
  readonly seconds: number;
}

/**
 * The cases of a run: all of them, those that came to an end by what became of them (or in another run of the same
 * file), and those under way.
 */
export interface Counts {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly elsewhere: number;
  readonly running: number;
}

/** How far a run is. */
export interface Progress extends Counts {
  readonly state: RunState;
  /** Seconds since it began, without the pauses. */
  readonly elapsed: number;
  /** Cases a second; null while nothing is known. */
  readonly rate: number | null;
  /** The least and the greatest time left, in seconds; null while nothing is known. */
  readonly left: readonly [number, number] | null;
  /** What is under way, the oldest first; at most eight. */
  readonly current: readonly Current[];
  /** A sentence about the state: why it is held, where the results are, what was found; may be empty. */
  readonly said: string;
}

/**
 * One argument as an axis of the case map.
 *
 * A point with number `n` stands at `floor(n / stride) % size`; where `codes` is not empty, at `codes[floor(n / stride)]`.
 */
export interface MapAxis {
  readonly name: string;
  readonly units: string;
  readonly size: number;
  readonly stride: number;
  readonly codes: readonly number[];
  /** The labels as text, one for each of `size`; empty when they are too many to send. */
  readonly labels: readonly string[];
}

/** A rectangle of cases that is picked out: for each axis its first and last place. */
export type Selection = Readonly<Record<string, readonly [number, number]>>;

export type CaseState = 'missing' | 'done' | 'failed' | 'cancelled' | 'running' | 'stale';

/** The states of a case, each at the place that is its code in `RunMonitorTraits.states`. */
export const CASE_STATES: readonly CaseState[] = ['missing', 'done', 'failed', 'cancelled', 'running', 'stale'];

/** The word that steers a run; also the whole content of the control file. */
export type ControlWord = 'pause' | 'resume' | 'stop' | 'cancel';

/** How the name of every control file ends; no other file is written. */
export const CONTROL_SUFFIX = '.xyzpy-control';

export interface RunMonitorTraits extends CommonTraits {
  title: string;
  progress: Progress;
  axes: readonly MapAxis[];
  /** The state of every point as one byte (`CASE_STATES`), as of the delta with the number `states_serial`. */
  states: DataView | null;
  states_serial: number;
  selection: Selection;
  /**
   * A file, relative to the root of the Jupyter server, in which a busy kernel reads a control word; may be empty. Its
   * name ends in `CONTROL_SUFFIX` and does not begin with a dot, since the server writes no hidden files. It is empty
   * for a moment while it is written.
   */
  control_path: string;
}

export const RUN_MONITOR: RunMonitorTraits = {
  panel: '',
  title: '',
  progress: {
    state: 'idle',
    total: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
    elsewhere: 0,
    running: 0,
    elapsed: 0,
    rate: null,
    left: null,
    current: [],
    said: '',
  },
  axes: [],
  states: null,
  states_serial: 0,
  selection: {},
  control_path: '',
};

/** Steer the run. */
export interface ControlMessage {
  readonly kind: 'control';
  readonly word: ControlWord;
}

/** Go on although the budget of failures is used up. */
export interface ContinueMessage {
  readonly kind: 'continue';
}

/** Go on with the run that was found. */
export interface GoOnMessage {
  readonly kind: 'go_on';
}

/** A view is seen, or no longer; nothing need be sent to a widget that no view shows. */
export interface WatchMessage {
  readonly kind: 'watch';
  readonly view: string;
  readonly seen: boolean;
}

/** Send `states` anew: a delta is missing. */
export interface StatesMessage {
  readonly kind: 'states';
}

/** All that is known of one case. */
export interface CaseRequest {
  readonly kind: 'case';
  readonly number: number;
}

/** A name and a value, both as text. */
export interface Named {
  readonly name: string;
  readonly text: string;
}

/** All that is known of one case. */
export interface CaseReply {
  readonly number: number;
  readonly state: CaseState;
  readonly args: readonly Named[];
  /** The outputs of a case that is done, each as short text. */
  readonly results: readonly Named[];
  /** How long it took or has been running; null when that is unknown. */
  readonly seconds: number | null;
  /** What became of a case that failed; null for every other. */
  readonly failure: FailedCase | null;
}

/**
 * Some points changed: their numbers as little-endian uint32 in the first buffer, their states as uint8 in the second.
 *
 * Deltas are numbered without a gap from `states_serial + 1`.
 */
export interface DeltaMessage {
  readonly kind: 'delta';
  readonly serial: number;
}

/** Whether a word steers a run. */
export function isControlWord(given: unknown): given is ControlWord {
  return given === 'pause' || given === 'resume' || given === 'stop' || given === 'cancel';
}
