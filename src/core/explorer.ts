/** Words of the explorer. */

import type { Dimension, DimensionRole, PlotKind, RegionAction } from '../protocol';

export const KIND_WORDS: Readonly<Record<PlotKind, string>> = {
  line: 'lines',
  scatter: 'points',
  bar: 'bars',
  heatmap: 'heatmap',
  hist: 'histogram',
  box: 'boxes',
  parallel: 'parallel axes',
  table: 'table',
};

export const MEANS = ['mean', 'median', 'min', 'max', 'sum', 'std'] as const;

const ROLE_WORDS: Readonly<Record<DimensionRole, string>> = {
  x: 'x axis',
  y: 'y axis',
  color: 'colour',
  row: 'row',
  col: 'column',
  slider: 'slider',
  aggregate: '',
  each: 'each',
  fixed: 'fixed',
};

/** What a dimension can be, as one list: every way to aggregate is a choice of its own. */
export function choicesOf(dimension: Dimension): readonly (readonly [string, string])[] {
  return dimension.roles.flatMap((role): (readonly [string, string])[] =>
    role === 'aggregate' ? MEANS.map((how) => [`aggregate ${how}`, how]) : [[role, ROLE_WORDS[role]]],
  );
}

/** What a dimension is, as one of its choices. */
export function choiceOf(dimension: Dimension): string {
  return dimension.role === 'aggregate' ? `aggregate ${dimension.how}` : dimension.role;
}

/** The role and the way to aggregate that a choice stands for. */
export function chosen(choice: string): { readonly role: DimensionRole; readonly how: string } {
  const [role = 'each', how = ''] = choice.split(' ');
  return { role: role as DimensionRole, how };
}

export const ACTION_WORDS: Readonly<Record<RegionAction, string>> = {
  fill: 'Fill what is missing',
  refine: 'Refine, twice as fine',
  retry: 'Retry what failed',
  recompute: 'Run all again',
};

/** What an axis or a colour that can be logarithmic is called. */
export const LOG_WORDS: Readonly<Record<string, string>> = { logx: 'log x', logy: 'log y', logz: 'log colour' };

/** How a spread can be drawn. */
export const SPREAD_WORDS: readonly (readonly [string, string])[] = [
  ['', 'none'],
  ['std', '± std'],
  ['range', 'min to max'],
];
