/** The space editor: what is known of each argument, how each varies, and what the kernel says of it. */

import type { CommonTraits } from './common';

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

const UNJUDGED: RowVerdict = { problem: '', note: '', count: null, places: [], span: '' };

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
