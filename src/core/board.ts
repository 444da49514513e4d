/** What the boards of the kernels say, as the side area, the status bar and the notifications put it. */

import type { Board, CaseState, SweepLine } from '../protocol';
import { caseCount, duration, grouped, middle } from './format';
import type { Preferences } from './preferences';
import { carriedOut, failedText, isActive, remarkOn, RUN_MARKS } from './progress';
import { trans } from './trans';

/** A line of the board of one of the running kernels. */
export interface SweepRow extends SweepLine {
  /** The kernel's id. */
  readonly kernel: string;
  /** The notebook or console of the kernel, by its path; empty where it has neither. */
  readonly session: string;
  /** Its name; that of the kernel where it has neither. */
  readonly place: string;
}

/** Where the side area lists a sweep. */
export type Group = 'attention' | 'running' | 'kept';

/** The groups, in the order in which they stand. */
export const GROUPS: readonly Group[] = ['attention', 'running', 'kept'];

/** Where a sweep is listed: what waits for somebody comes before what goes on, and that before what is over. */
export function groupOf({ state, failed }: SweepLine): Group {
  if (state === 'held' || state === 'failed') return 'attention';
  if (isActive(state)) return 'running';
  return failed && state !== 'idle' ? 'attention' : 'kept';
}

/** The sweeps of one group; the latest run first. */
export function inGroup(rows: readonly SweepRow[], group: Group): readonly SweepRow[] {
  return rows.filter((row) => groupOf(row) === group).reverse();
}

/** The mark of a sweep; of one that rests, that of what its file holds. */
export function markOf({ state, done, failed, total }: SweepLine): CaseState {
  if (failed && (state === 'done' || state === 'idle')) return 'failed';
  return state === 'idle' && total > 0 && done === total ? 'done' : RUN_MARKS[state];
}

/** How far a run is, or how much of a grid there is in a file: `27/50`; empty where there is neither. */
export function countText({ run, done, total }: SweepLine): string {
  return run || total ? `${grouped(done)}/${grouped(total)}` : '';
}

/** What tells a run from others of the same sweep that are listed too: `run 7`; empty where there are none. */
export function runText(row: SweepRow, rows: readonly SweepRow[]): string {
  const others = rows.some(({ kernel, id, run }) => kernel === row.kernel && id === row.id && run !== row.run);
  return others ? trans.__('run %1', row.run) : '';
}

/** The parts of what is to be said of a sweep beside its count. */
export function remarks(line: SweepLine): readonly string[] {
  const parts: string[] = [];
  if (line.failed) parts.push(failedText(line));
  if (line.state !== 'running' && line.state !== 'idle') parts.push(remarkOn(line.state));
  if (line.state === 'running' && line.left) parts.push(trans.__('%1 left', duration(middle(line.left))));
  return parts;
}

/** What the status bar says, and whether somebody is waited for. */
export interface Status {
  readonly text: string;
  readonly mark: CaseState;
  /** The only sweep that it speaks of; null where it speaks of several. */
  readonly row: SweepRow | null;
}

/** Sum up what is under way: `27/50 · 3 min`, or `2 runs, 30/100`; null while there is nothing to say. */
export function statusOf(rows: readonly SweepRow[]): Status | null {
  const under = rows.filter(({ state }) => isActive(state));
  const [first] = under;
  if (!first) return null;
  const held = under.some(({ state }) => state === 'held');
  const mark = held ? 'failed' : 'running';
  if (under.length > 1) {
    const sum = (of: (row: SweepRow) => number): string => grouped(under.reduce((total, row) => total + of(row), 0));
    const count = `${sum(({ done }) => done)}/${sum(({ total }) => total)}`;
    const text = trans._n('%2 run, %3', '%2 runs, %3', under.length, grouped(under.length), count);
    return { text, mark, row: null };
  }
  const rest = first.state === 'running' ? (first.left ? duration(middle(first.left)) : '') : remarkOn(first.state);
  return { text: [countText(first), rest].filter(Boolean).join(' · '), mark, row: first };
}

/** What is worth a notification. */
export type Turn = 'finished' | 'held' | 'ended';

/** The runs that finished, were held or ended by an error between two states of a board of the same kernel. */
export function turnsBetween(before: Board | null, now: Board): readonly (readonly [SweepLine, Turn])[] {
  if (!before) return [];
  const earlier = new Map(before.lines.map(({ run, state }) => [run, state]));
  return now.lines.flatMap((line): (readonly [SweepLine, Turn])[] => {
    const turn = turnTo(line);
    return line.run && earlier.get(line.run) !== line.state && turn ? [[line, turn]] : [];
  });
}

/** What a state means to somebody who has waited; null for what they did themselves. */
function turnTo({ state }: SweepLine): Turn | null {
  if (state === 'done') return 'finished';
  if (state === 'held') return 'held';
  return state === 'failed' ? 'ended' : null;
}

/** Whether the reader wants to be told of a turn: of every end but that of a run that was over soon. */
export function isNotable(
  { elapsed }: SweepLine,
  turn: Turn,
  { notifyOnFinish, notifyAboveSeconds }: Preferences,
): boolean {
  return notifyOnFinish && (turn !== 'finished' || elapsed >= notifyAboveSeconds);
}

/** A turn in one sentence. */
export function turnText(line: SweepLine, turn: Turn): string {
  const { name, failed, said, elapsed } = line;
  if (turn === 'held') {
    return trans._n('%2 is held: %3 case failed.', '%2 is held: %3 cases failed.', failed, name, grouped(failed));
  }
  if (turn === 'ended') return trans.__('%1 was ended by an error. %2', name, said);
  const [cases, time] = [caseCount(carriedOut(line)), duration(elapsed)];
  return failed
    ? trans.__('%1 has finished %2 in %3, %4.', name, cases, time, failedText(line))
    : trans.__('%1 has finished %2 in %3.', name, cases, time);
}

/** What no other row has: one kernel, one sweep, one run. */
export function keyOf({ kernel, id, run }: SweepRow): string {
  return `${kernel}/${id}/${String(run)}`;
}

/** The last part of a path. */
export function fileOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
