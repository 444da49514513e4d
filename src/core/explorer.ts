/** Words of the explorer. */

import type { Dimension, DimensionRole, PlotKind, RegionAction } from '../protocol';
import { trans } from './trans';

/** The kinds of plot, each with its word. */
export function plotKinds(): readonly (readonly [PlotKind, string])[] {
  return [
    ['line', trans._p('plot', 'lines')],
    ['scatter', trans._p('plot', 'points')],
    ['bar', trans._p('plot', 'bars')],
    ['heatmap', trans._p('plot', 'heatmap')],
    ['hist', trans._p('plot', 'histogram')],
    ['box', trans._p('plot', 'boxes')],
    ['parallel', trans._p('plot', 'parallel axes')],
    ['table', trans._p('plot', 'table')],
  ];
}

/** The ways to aggregate, each with its word. */
function means(): readonly (readonly [string, string])[] {
  return [
    ['mean', trans._p('aggregate', 'mean')],
    ['median', trans._p('aggregate', 'median')],
    ['min', trans._p('aggregate', 'min')],
    ['max', trans._p('aggregate', 'max')],
    ['sum', trans._p('aggregate', 'sum')],
    ['std', trans._p('aggregate', 'std')],
  ];
}

function roleWord(role: Exclude<DimensionRole, 'aggregate'>): string {
  const words: Readonly<Record<typeof role, string>> = {
    x: trans._p('role', 'x axis'),
    y: trans._p('role', 'y axis'),
    color: trans._p('role', 'colour'),
    row: trans._p('role', 'row'),
    col: trans._p('role', 'column'),
    slider: trans._p('role', 'slider'),
    each: trans._p('role', 'each'),
    fixed: trans._p('role', 'fixed'),
  };
  return words[role];
}

/** What a dimension can be, as one list: every way to aggregate is a choice of its own. */
export function choicesOf(dimension: Dimension): readonly (readonly [string, string])[] {
  return dimension.roles.flatMap((role): (readonly [string, string])[] =>
    role === 'aggregate' ? means().map(([how, word]) => [`aggregate ${how}`, word]) : [[role, roleWord(role)]],
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

/** What can be done about a region. */
export function actionWord(action: RegionAction): string {
  const words: Readonly<Record<RegionAction, string>> = {
    fill: trans.__('Fill what is missing'),
    refine: trans.__('Refine, twice as fine'),
    retry: trans.__('Retry what failed'),
    recompute: trans.__('Run all again'),
  };
  return words[action];
}

/** What an axis or a colour that can be logarithmic is called. */
export function logWord(name: string): string {
  const words: Readonly<Record<string, string>> = {
    logx: trans.__('log x'),
    logy: trans.__('log y'),
    logz: trans.__('log colour'),
  };
  return words[name] ?? name;
}

/** How a spread can be drawn. */
export function spreads(): readonly (readonly [string, string])[] {
  return [
    ['', trans._p('spread', 'none')],
    ['std', trans._p('spread', '± std')],
    ['range', trans._p('spread', 'min to max')],
  ];
}
