/** All that travels besides traits: what each widget may send and ask, and what the kernel sends. */

import { isRecord } from './common';
import {
  type ActMessage,
  type DropMessage,
  type ExportReply,
  type ExportRequest,
  type LabelMessage,
  RESULTS_EXPLORER,
  type ResultsExplorerTraits,
  type RoleMessage,
  type ShowMessage,
} from './explorer';
import { FAILURES, type FailuresReply, type FailuresRequest, type FailuresTraits, type RetryMessage } from './failures';
import {
  BOKEH_VIEW,
  type FigurePatchMessage,
  type FigureReply,
  type FigureRequest,
  type FigureTraits,
  type LibraryReply,
  type LibraryRequest,
  type PatchMessage,
} from './figure';
import {
  type CasesReply,
  type CasesRequest,
  PLAN_CARD,
  type PlanCardTraits,
  type RunMessage,
  type TryMessage,
} from './plan';
import {
  type CaseReply,
  type CaseRequest,
  type ContinueMessage,
  type ControlMessage,
  type DeltaMessage,
  type GoOnMessage,
  RUN_MONITOR,
  type RunMonitorTraits,
  type StatesMessage,
  type WatchMessage,
} from './run';
import { SPACE_EDITOR, type SpaceEditorTraits } from './space';

export type Message =
  | PatchMessage
  | RoleMessage
  | LabelMessage
  | ShowMessage
  | ActMessage
  | DropMessage
  | RunMessage
  | TryMessage
  | ControlMessage
  | ContinueMessage
  | GoOnMessage
  | RetryMessage
  | WatchMessage
  | StatesMessage;

/** The kinds of message that each widget may send. */
export const MESSAGES = {
  BokehView: ['patch'],
  ResultsExplorer: ['patch', 'role', 'label', 'show', 'act', 'drop', 'run', 'watch'],
  SpaceEditor: [],
  PlanCard: ['run', 'try_one'],
  RunMonitor: ['control', 'continue', 'go_on', 'watch', 'states'],
  Failures: ['continue', 'control', 'retry'],
} as const satisfies Record<keyof WidgetTraits, readonly Message['kind'][]>;

export type Request = CasesRequest | CaseRequest | FailuresRequest | LibraryRequest | FigureRequest | ExportRequest;

/** A request on its way. */
export interface Question {
  readonly kind: 'ask';
  readonly id: string;
  readonly request: Request;
}

/** The kinds of request that each widget may make. */
export const REQUESTS = {
  BokehView: ['library', 'figure'],
  ResultsExplorer: ['library', 'figure', 'export'],
  SpaceEditor: [],
  PlanCard: ['cases'],
  RunMonitor: ['case'],
  Failures: ['failures'],
} as const satisfies Record<keyof WidgetTraits, readonly Request['kind'][]>;

/** What each kind of request is answered with. */
export interface Replies {
  library: LibraryReply;
  figure: FigureReply;
  export: ExportReply;
  cases: CasesReply;
  case: CaseReply;
  failures: FailuresReply;
}

/** A reply to the request with this id. */
export interface Answer {
  readonly kind: 'answer';
  readonly id: string;
  readonly reply: Replies[keyof Replies];
}

/** The request with this id cannot be answered. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly id: string;
  readonly said: string;
}

/** What the kernel sends besides traits. */
export type Sent = Answer | Refusal | DeltaMessage | FigurePatchMessage;

/** The traits of every widget. */
export interface WidgetTraits {
  BokehView: FigureTraits;
  ResultsExplorer: ResultsExplorerTraits;
  SpaceEditor: SpaceEditorTraits;
  PlanCard: PlanCardTraits;
  RunMonitor: RunMonitorTraits;
  Failures: FailuresTraits;
}

export const DEFAULTS: WidgetTraits = {
  BokehView: BOKEH_VIEW,
  ResultsExplorer: RESULTS_EXPLORER,
  SpaceEditor: SPACE_EDITOR,
  PlanCard: PLAN_CARD,
  RunMonitor: RUN_MONITOR,
  Failures: FAILURES,
};

/** Whether a custom message is one of those that the kernel sends. */
export function isSent(given: unknown): given is Sent {
  if (!isRecord(given)) return false;
  if (given.kind === 'delta') return Number.isInteger(given.serial);
  if (given.kind === 'patch') return typeof given.content === 'string' && Array.isArray(given.ids);
  if (typeof given.id !== 'string') return false;
  return given.kind === 'answer' ? isRecord(given.reply) : given.kind === 'refusal' && typeof given.said === 'string';
}
