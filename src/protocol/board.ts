/** The board: the sweeps of a kernel, told to every page that listens. */

import { isRecord } from './common';
import type { Ask } from './plan';
import type { ControlWord, Counts, RunState } from './run';

/**
 * The comm through which a kernel tells of its sweeps: its target, and its id too.
 *
 * It is never opened towards a page, so that one that knows nothing of it notices nothing.
 */
export const BOARD = 'xyzpy_widgets.board';

/** What a sweep is of. */
export type SweepKind = 'harvester' | 'sampler' | 'runner' | 'function';

/**
 * One run of a sweep of a kernel, or a sweep without one: those under way have a line each, and the newest.
 *
 * The counts are those of the run; without one, those of the cases in the file, as far as they are known.
 */
export interface SweepLine extends Counts {
  /** The sweep; its runs share it. */
  readonly id: string;
  /** The user's name for it, that of the function where it has none. */
  readonly name: string;
  /** What is run, for example `energy(T, L)`. */
  readonly title: string;
  readonly kind: SweepKind;
  /** The number of the run among all of the kernel, 0 before the first. */
  readonly run: number;
  /** Where the run stands; `idle` before the first. */
  readonly state: RunState;
  /** Seconds since it began, without the pauses. */
  readonly elapsed: number;
  /** The least and the greatest time left, in seconds; null while nothing is known. */
  readonly left: readonly [number, number] | null;
  /** What ended the run early; may be empty. */
  readonly said: string;
  /** The file of the results as the kernel has it; empty where they stay in memory. */
  readonly store: string;
  /** The same relative to the root of the Jupyter server; empty for one that it does not serve. */
  readonly path: string;
  /** What it is known by in the next process of the kernel, too. */
  readonly key: string;
}

/** The sweeps of a kernel. */
export interface Board {
  /** The version of xyzpy_widgets in the kernel. */
  readonly version: string;
  /** Counts what is told. */
  readonly serial: number;
  /** Whether the kernel hears what is said to the board on its control channel, also while a cell runs. */
  readonly hears: boolean;
  /** The oldest first. */
  readonly lines: readonly SweepLine[];
}

/** A page listens: it is told of changes at most so often (seconds), or of beginnings and ends alone (null). */
export interface ListenMessage {
  readonly kind: 'watch';
  readonly page: string;
  readonly every: number | null;
}
/** Steer a run of a sweep. */
export interface SteerMessage {
  readonly kind: 'control';
  readonly sweep: string;
  readonly run: number;
  readonly word: ControlWord;
}
/** What the reader prefers for every panel of the kernel. */
export interface PreferMessage {
  readonly kind: 'prefer';
  /** Where cases run; empty for where the runner makes them by itself. */
  readonly backend: string;
  readonly workers: number | null;
  readonly ask: Ask;
}
/** Write the code of a sweep. */
export interface CodeMessage {
  readonly kind: 'code';
  readonly id: string;
  readonly sweep: string;
}

/** The code that was asked for under this id; empty for a sweep that is not there. */
export interface CodeReplyMessage {
  readonly kind: 'code';
  readonly id: string;
  readonly code: string;
}
/** The whole board, as it is now. */
export interface BoardMessage {
  readonly kind: 'board';
  readonly board: Board;
}

/** Whether what came through the comm of the board is the board. */
export function isBoardMessage(given: unknown): given is BoardMessage {
  return isRecord(given) && given.kind === 'board' && isRecord(given.board) && Array.isArray(given.board.lines);
}

/** Whether what came through the comm of the board is code that was asked for. */
export function isCodeReply(given: unknown): given is CodeReplyMessage {
  return isRecord(given) && given.kind === 'code' && typeof given.id === 'string' && typeof given.code === 'string';
}
