/** The explorer: the shelf, what is picked out, what is proposed for it, and files. */

import { BOKEH_VIEW, type FigureTraits } from './figure';
import type { CasesReply } from './plan';

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
  /** Whether the explorer runs it; else the panel around it is set to it. */
  readonly own: boolean;
}

/** A view as Python; each may be empty. */
export interface ViewCodes {
  /** Draws it. */
  readonly plot: string;
  /** Draws it by hvPlot alone. */
  readonly hvplot: string;
  /** Opens an explorer on it. */
  readonly explore: string;
}

export interface ResultsExplorerTraits extends FigureTraits {
  /** What is explored, for example `energy(T, L, p)`. */
  title: string;
  /** Whether a section of a panel is unfolded; null for an explorer that stands alone. */
  unfolded: boolean | null;
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
  codes: ViewCodes;
  /** The rows of a view that is a table; null for every other. */
  rows: CasesReply | null;
}

export const RESULTS_EXPLORER: ResultsExplorerTraits = {
  ...BOKEH_VIEW,
  title: '',
  unfolded: null,
  heading: '',
  shelf: null,
  said: '',
  problem: '',
  picked: null,
  proposal: null,
  busy: false,
  codes: { plot: '', hvplot: '', explore: '' },
  rows: null,
};

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

/** What is shown, as a file. */
export interface ExportRequest {
  readonly kind: 'export';
  readonly format: 'svg' | 'html' | 'csv' | 'netcdf';
}

/** A file to save. */
export interface ExportReply {
  readonly name: string;
  readonly type: string;
  /** Its bytes, written in base 64. */
  readonly content: string;
}
