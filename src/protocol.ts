/**
 * What travels between the widgets and the kernel: the traits, the values in them, and the messages.
 *
 * `xyzpy_widgets/widgets/protocol.py` and the widget classes beside it say the same in Python; a test compares the two.
 * Every interface that crosses the wire stands here and every default is written out. This file imports nothing.
 */

/* ---- Values of the space editor -------------------------------------------------------------------------------- */

/** How the values of one argument are given. */
export type Kind = 'fixed' | 'list' | 'range' | 'stored' | 'choices' | 'distribution' | 'cases';

/** How the values of a range are spaced. */
export type Spacing = 'linear' | 'log';

/** What the kernel knows of one argument before anything is chosen. */
export interface Argument {
  readonly name: string;
  /** A swept argument has a row; a constant is recorded and a resource is not, and both are only shown. */
  readonly role: 'swept' | 'constant' | 'resource';
  /** What a value must be; `any` leaves it to the kernel. */
  readonly type: 'float' | 'int' | 'bool' | 'str' | 'any';
  /** What the row may be switched to, in the order of the list. */
  readonly kinds: readonly Kind[];
  /** The labels of a `Literal`, an `Enum` or a `bool`; empty for every other argument. */
  readonly choices: readonly string[];
  readonly units: string;
  readonly description: string;
  /** The default, or the value of a constant or a resource, as short text; empty where there is none. */
  readonly value: string;
  /** How many values of this argument are stored. */
  readonly stored: number;
}

/**
 * How one argument varies, as it was typed.
 *
 * Only the fields of its `kind` count; the others keep what was typed before, so that switching back loses nothing.
 */
export interface Row {
  readonly name: string;
  readonly kind: Kind;
  /** fixed: one value. */
  readonly value: string;
  /** list: the values, with commas between them. */
  readonly values: string;
  /** range: from, to and number of values, ends included. */
  readonly start: string;
  readonly stop: string;
  readonly num: string;
  readonly spacing: Spacing;
  /** choices: the chosen ones, by their places in `Argument.choices`. */
  readonly chosen: readonly number[];
  /** distribution: one of `SpaceEditorTraits.distributions` by name, and its parameters in order. */
  readonly distribution: string;
  readonly parameters: readonly string[];
}

/** A distribution that a sampler offers, for example `uniform` with `low` and `high`. */
export interface Distribution {
  readonly name: string;
  readonly label: string;
  readonly parameters: readonly string[];
}

/** What the kernel says of one row. */
export interface RowVerdict {
  /** What is wrong, as one sentence; empty when nothing is. */
  readonly problem: string;
  /** What is worth knowing, for example that three of the values are stored already; may be empty. */
  readonly note: string;
  /** How many values the row has; null when that is unknown. */
  readonly count: number | null;
  /** Where values lie between the least (0) and the greatest (1), as drawn; at most 64 of them. */
  readonly places: readonly number[];
  /** What the values span, for example `0.5 … 4`. */
  readonly span: string;
}

/** What the kernel says of all that the editor is set to; it counts only for the revision that it names. */
export interface Verdict {
  readonly revision: number;
  readonly rows: Readonly<Record<string, RowVerdict>>;
  readonly cases: RowVerdict;
  readonly draws: RowVerdict;
  /** What is wrong with the whole; empty when nothing is. */
  readonly problem: string;
  /** How many points there are in all; null when that is unknown. */
  readonly total: number | null;
}

/* ---- Values of the plan card ----------------------------------------------------------------------------------- */

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

/** From what size on a run asks first; null never asks. */
export interface Ask {
  /** More cases than these. */
  readonly cases: number | null;
  /** More seconds than these, at the worst that is expected. */
  readonly seconds: number | null;
}

/* ---- Values of the run monitor --------------------------------------------------------------------------------- */

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

/** How far a run is. */
export interface Progress {
  readonly state: RunState;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly running: number;
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

/* ---- Values of the failures ------------------------------------------------------------------------------------ */

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

/* ---- Values of the explorer ------------------------------------------------------------------------------------ */

export type PlotKind = 'line' | 'scatter' | 'bar' | 'heatmap' | 'hist' | 'box' | 'parallel' | 'table';

/** What a dimension is in a view; `each` is a mark or a line of its own for each label, or a count in a bin. */
export type DimensionRole = 'x' | 'y' | 'color' | 'row' | 'col' | 'slider' | 'aggregate' | 'each' | 'fixed';

/** A dimension or column on the shelf. */
export interface Dimension {
  readonly name: string;
  /** What stands beside its axis. */
  readonly caption: string;
  readonly size: number;
  readonly role: DimensionRole;
  /** How it is aggregated; empty where it is not. */
  readonly how: string;
  /** What it can be in this kind of plot. */
  readonly roles: readonly DimensionRole[];
  /** Its labels as text; empty where they are too many to send. */
  readonly labels: readonly string[];
  /** Which of them is drawn, where one is. */
  readonly position: number;
}

/** What is drawn, and what else could be. */
export interface Shelf {
  readonly variables: readonly string[];
  readonly variable: string;
  readonly kind: PlotKind;
  readonly dimensions: readonly Dimension[];
  /** The scales that can be logarithmic, each with whether it is. */
  readonly logs: Readonly<Record<string, boolean>>;
  /** How the spread of what is aggregated is drawn: `std`, `range`, or not (empty); null where it cannot be. */
  readonly spread: string | null;
}

/** What can be done about a region. */
export type RegionAction = 'fill' | 'refine' | 'retry' | 'recompute';

/** What is picked out by a box. */
export interface Picked {
  /** The labels, for example `C 1 … 100 (3)`. */
  readonly parts: readonly string[];
  readonly cases: number;
  readonly done: number;
  readonly failed: number;
  readonly missing: number;
  /** What can be done about it, in the order of the buttons; empty where nothing can be run. */
  readonly actions: readonly RegionAction[];
}

/** What would run in a region: nothing of it has. */
export interface Proposal {
  /** Names this proposal; a `run` message repeats it as its plan. */
  readonly id: string;
  readonly action: RegionAction;
  /** The values of each argument, for example `gamma 5 values, 2 of them new`. */
  readonly parts: readonly string[];
  readonly to_run: number;
  readonly stored: number;
  /** The least and the greatest time that it may take, in seconds; null when that is unknown. */
  readonly seconds: readonly [number, number] | null;
}

/* ---- Traits ---------------------------------------------------------------------------------------------------- */

/** What every widget has. */
export interface CommonTraits {
  /** The panel that it belongs to; widgets with one panel act as one. */
  panel: string;
}

export interface SpaceEditorTraits extends CommonTraits {
  arguments: readonly Argument[];
  /** One for each swept argument, in the order in which they vary, the last fastest. */
  rows: readonly Row[];
  /** The table of cases, as it was pasted: tab or comma between columns, the names in the first line. */
  cases: string;
  /** Whether values are drawn at random, and how many draws. */
  sampled: boolean;
  draws: string;
  distributions: readonly Distribution[];
  /** Grows with every edit. */
  revision: number;
  verdict: Verdict;
}

export interface PlanCardTraits extends CommonTraits {
  /** What is run, for example `energy(T, L, p)`. */
  title: string;
  /** Where its results go, for example `ising.h5`; empty when they stay in memory. */
  store: string;
  wishes: Wishes;
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

export interface FailuresTraits extends CommonTraits {
  groups: readonly FailureGroup[];
  /** Why the run is held, as one sentence; empty when it is not. */
  held: string;
  /** Whether a run is under way, so that nothing can be retried now. */
  busy: boolean;
}

/** What every widget with a figure has. */
export interface FigureTraits extends CommonTraits {
  /** The version of BokehJS that the kernel sends. */
  bokeh: string;
  /** Grows with every figure that replaces another; a change of the figure itself comes as a patch. */
  revision: number;
  /** A still picture of the figure as SVG, shown until it is drawn and where no kernel lives; may be empty. */
  picture: string;
}

export interface ResultsExplorerTraits extends FigureTraits {
  /** What is explored, for example `energy(T, L, p)`. */
  title: string;
  /** What the figure is headed by. */
  heading: string;
  /** Null while there is nothing to draw. */
  shelf: Shelf | null;
  /** How many cases there are of each state, and what the marks mean; may be empty. */
  said: string;
  /** Why the last wish could not be met; empty when it was. */
  problem: string;
  picked: Picked | null;
  proposal: Proposal | null;
  /** Whether a run is under way. */
  busy: boolean;
  /** The Python that draws the view. */
  code: string;
  /** The rows of a view that is a table; null for every other. */
  rows: CasesReply | null;
}

/** The traits of every widget. */
export interface WidgetTraits {
  BokehView: FigureTraits;
  ResultsExplorer: ResultsExplorerTraits;
  SpaceEditor: SpaceEditorTraits;
  PlanCard: PlanCardTraits;
  RunMonitor: RunMonitorTraits;
  Failures: FailuresTraits;
}

const UNJUDGED: RowVerdict = { problem: '', note: '', count: null, places: [], span: '' };

/* The traits of each widget as they are before the kernel sets them. */

export const SPACE_EDITOR: SpaceEditorTraits = {
  panel: '',
  arguments: [],
  rows: [],
  cases: '',
  sampled: false,
  draws: '',
  distributions: [],
  revision: 0,
  verdict: { revision: -1, rows: {}, cases: UNJUDGED, draws: UNJUDGED, problem: '', total: null },
};

export const PLAN_CARD: PlanCardTraits = {
  panel: '',
  title: '',
  store: '',
  wishes: { choice: 'new', stale: false, backend: 'serial', workers: null },
  backends: ['serial'],
  plan: null,
  reason: '',
  busy: false,
  trial: { state: 'none', said: '' },
  code: { python: '', magic: '' },
  ask: { cases: null, seconds: null },
};

export const RUN_MONITOR: RunMonitorTraits = {
  panel: '',
  title: '',
  progress: {
    state: 'idle',
    total: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
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

export const FAILURES: FailuresTraits = { panel: '', groups: [], held: '', busy: false };

export const BOKEH_VIEW: FigureTraits = { panel: '', bokeh: '', revision: 0, picture: '' };

export const RESULTS_EXPLORER: ResultsExplorerTraits = {
  ...BOKEH_VIEW,
  title: '',
  heading: '',
  shelf: null,
  said: '',
  problem: '',
  picked: null,
  proposal: null,
  busy: false,
  code: '',
  rows: null,
};

export const DEFAULTS: WidgetTraits = {
  BokehView: BOKEH_VIEW,
  ResultsExplorer: RESULTS_EXPLORER,
  SpaceEditor: SPACE_EDITOR,
  PlanCard: PLAN_CARD,
  RunMonitor: RUN_MONITOR,
  Failures: FAILURES,
};

/* ---- Messages -------------------------------------------------------------------------------------------------- */

export type CaseState = 'missing' | 'done' | 'failed' | 'cancelled' | 'running' | 'stale';

/** The states of a case, each at the place that is its code in `RunMonitorTraits.states`. */
export const CASE_STATES: readonly CaseState[] = ['missing', 'done', 'failed', 'cancelled', 'running', 'stale'];

/** The word that steers a run; also the whole content of the control file. */
export type ControlWord = 'pause' | 'resume' | 'stop' | 'cancel';

/** How the name of every control file ends; no other file is written. */
export const CONTROL_SUFFIX = '.xyzpy-control';

/** The cases of one of the counts of the plan card. */
export type Counted = 'total' | 'stored' | 'failed' | 'new' | 'stale';

/* What the page tells the kernel; nothing comes back but changed traits. */

/** Run the plan with this id; a plan that is out of date does not run. */
export interface RunMessage {
  readonly kind: 'run';
  readonly plan: string;
}
/** Run one of the cases that would run, and keep its result. */
export interface TryMessage {
  readonly kind: 'try_one';
}
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
/** Run cases that failed again: those of one group or all of them (an empty group). */
export interface RetryMessage {
  readonly kind: 'retry';
  readonly group: string;
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

/** What was done to the figure in a view: Bokeh's own patch, as JSON. */
export interface PatchMessage {
  readonly kind: 'patch';
  readonly view: string;
  readonly content: string;
}
/** Give a dimension a role. */
export interface RoleMessage {
  readonly kind: 'role';
  readonly name: string;
  readonly role: DimensionRole;
  /** How it is aggregated; empty for every other role. */
  readonly how: string;
}
/** Draw another label of a dimension of which one is drawn. */
export interface LabelMessage {
  readonly kind: 'label';
  readonly name: string;
  readonly position: number;
}
/** Draw another variable or kind, or an axis on another scale (`yes` or empty), or a spread. */
export interface ShowMessage {
  readonly kind: 'show';
  readonly what: 'variable' | 'kind' | 'logx' | 'logy' | 'logz' | 'spread';
  readonly value: string;
}
/** Propose what would run in the region that is picked out. */
export interface ActMessage {
  readonly kind: 'act';
  readonly action: RegionAction;
}
/** Forget the region that is picked out, or what was proposed for it. */
export interface DropMessage {
  readonly kind: 'drop';
  readonly what: 'picked' | 'proposal';
}

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
  ResultsExplorer: ['patch', 'role', 'label', 'show', 'act', 'drop', 'run'],
  SpaceEditor: [],
  PlanCard: ['run', 'try_one'],
  RunMonitor: ['control', 'continue', 'go_on', 'watch', 'states'],
  Failures: ['continue', 'control', 'retry'],
} as const satisfies Record<keyof WidgetTraits, readonly Message['kind'][]>;

/* What the page asks the kernel: a `Question`, to which an `Answer` or a `Refusal` with the same `id` comes back. */

/** Some of the cases behind a count, as a table. */
export interface CasesRequest {
  readonly kind: 'cases';
  readonly of: Counted;
  readonly offset: number;
}
/** All that is known of one case. */
export interface CaseRequest {
  readonly kind: 'case';
  readonly number: number;
}
/** More of the cases of a group of failures. */
export interface FailuresRequest {
  readonly kind: 'failures';
  readonly group: string;
  readonly offset: number;
}

/** BokehJS. */
export interface LibraryRequest {
  readonly kind: 'library';
}
/** The figure as it is now. */
export interface FigureRequest {
  readonly kind: 'figure';
}
/** What is shown, as a file. */
export interface ExportRequest {
  readonly kind: 'export';
  readonly format: 'svg' | 'html' | 'csv' | 'netcdf';
}

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

/** Rows of a table, each value as text; at most a hundred at a time. */
export interface CasesReply {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly offset: number;
  readonly total: number;
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

export interface FailuresReply {
  readonly cases: readonly FailedCase[];
}

/** BokehJS, packed with gzip and written in base 64. */
export interface LibraryReply {
  readonly packed: string;
}

/** Bokeh's document as JSON, with all patches up to a serial number in it. */
export interface FigureReply {
  readonly json: string;
  readonly serial: number;
}

/** A file to save. */
export interface ExportReply {
  readonly name: string;
  readonly type: string;
  /** Its bytes, written in base 64. */
  readonly content: string;
}

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
/**
 * Some points changed: their numbers as little-endian uint32 in the first buffer, their states as uint8 in the second.
 *
 * Deltas are numbered without a gap from `states_serial + 1`.
 */
export interface DeltaMessage {
  readonly kind: 'delta';
  readonly serial: number;
}

/** The figure changed: Bokeh's own patch as JSON, which refers to the buffers by `ids`. */
export interface FigurePatchMessage {
  readonly kind: 'patch';
  readonly content: string;
  readonly ids: readonly string[];
  /** The view where it was done, which knows it; empty where the kernel did it. */
  readonly origin: string;
  /** Counts the patches of a widget. */
  readonly serial: number;
}

/** What the kernel sends besides traits. */
export type Sent = Answer | Refusal | DeltaMessage | FigurePatchMessage;

/* ---- The board: the sweeps of a kernel, told to every page that listens ---------------------------------------- */

/**
 * The comm through which a kernel tells of its sweeps: its target, and its id too.
 *
 * It is never opened towards a page, so that one that knows nothing of it notices nothing.
 */
export const BOARD = 'xyzpy_widgets.board';

/** What a sweep is of. */
export type SweepKind = 'harvester' | 'sampler' | 'runner' | 'function';

/** One sweep of a kernel, and how its newest run goes. */
export interface SweepLine {
  readonly id: string;
  /** The user's name for it, that of the function where it has none. */
  readonly name: string;
  /** What is run, for example `energy(T, L)`. */
  readonly title: string;
  readonly kind: SweepKind;
  /** The number of its newest run, 0 before the first. */
  readonly run: number;
  /** Where that run stands; `idle` before the first. */
  readonly state: RunState;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly running: number;
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
  /** A file in which a busy kernel reads a control word; empty where messages reach it, and without a run. */
  readonly control_path: string;
  /** What it is known by in the next process of the kernel, too. */
  readonly key: string;
}

/** The sweeps of a kernel. */
export interface Board {
  /** The version of xyzpy_widgets in the kernel. */
  readonly version: string;
  /** Counts what is told. */
  readonly serial: number;
  /** Whether the kernel hears messages in a subshell while a cell runs. */
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
/** Steer the newest run of a sweep. */
export interface SteerMessage {
  readonly kind: 'control';
  readonly sweep: string;
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

/* ---- Guards ---------------------------------------------------------------------------------------------------- */

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** Whether a word steers a run. */
export function isControlWord(given: unknown): given is ControlWord {
  return given === 'pause' || given === 'resume' || given === 'stop' || given === 'cancel';
}

/** Whether what came through the comm of the board is the board. */
export function isBoardMessage(given: unknown): given is BoardMessage {
  return isRecord(given) && given.kind === 'board' && isRecord(given.board) && Array.isArray(given.board.lines);
}

/** Whether what came through the comm of the board is code that was asked for. */
export function isCodeReply(given: unknown): given is CodeReplyMessage {
  return isRecord(given) && given.kind === 'code' && typeof given.id === 'string' && typeof given.code === 'string';
}

/** Whether a custom message is one of those that the kernel sends. */
export function isSent(given: unknown): given is Sent {
  if (!isRecord(given)) return false;
  if (given.kind === 'delta') return Number.isInteger(given.serial);
  if (given.kind === 'patch') return typeof given.content === 'string' && Array.isArray(given.ids);
  if (typeof given.id !== 'string') return false;
  return given.kind === 'answer' ? isRecord(given.reply) : given.kind === 'refusal' && typeof given.said === 'string';
}

/* ---- Events of the page ---------------------------------------------------------------------------------------- */

/*
 * What a widget asks of the application around it. Each event bubbles from the widget's element and can be cancelled:
 * an application that serves it calls `preventDefault`, and a widget whose event nobody served knows that it is alone.
 */
export const HOST_EVENTS = {
  /** Is there a notebook around, and an application that inserts cells? No detail. */
  probe: 'xyzpy:probe',
  /** Insert a cell with this code below the cell that shows the widget. */
  insertCell: 'xyzpy:insert-cell',
  /** Write a word into the control file, as the kernel may be too busy to read the message that says the same. */
  control: 'xyzpy:control',
} as const;

export interface InsertCellDetail {
  readonly code: string;
}

export interface ControlDetail {
  readonly path: string;
  readonly word: ControlWord;
}
