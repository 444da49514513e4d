/** What can be said of a row while it is typed, before the kernel has seen it. */

import type { Argument, Kind, Row, RowVerdict, Verdict } from '../protocol';
import { grouped } from './format';
import { asNumber, splitList } from './literals';
import { isWide, placesOf, rangeOf, spanOf } from './spread';
import { trans } from './trans';

/** The most values of a range; the kernel refuses more too. */
const MOST_VALUES = 1_000_000;
/** The most values of a range of which the page works out where they lie. */
const MOST_DRAWN = 256;
const NOTHING: RowVerdict = { problem: '', note: '', count: null, places: [], span: '' };

function wrong(problem: string): RowVerdict {
  return { ...NOTHING, problem };
}

function noNumber(text: string): string {
  return trans.__('“%1” is not a number.', text);
}

/** The word for each way in which values are given. */
export function kindWord(kind: Kind): string {
  const words: Readonly<Record<Kind, string>> = {
    fixed: trans._p('values', 'Fixed'),
    list: trans._p('values', 'List'),
    range: trans._p('values', 'Range'),
    stored: trans._p('values', 'Stored values'),
    choices: trans._p('values', 'Choices'),
    distribution: trans._p('values', 'Distribution'),
    cases: trans._p('values', 'From the table'),
  };
  return words[kind];
}

/** The fields of a range: the label of each, and what of a row it holds. */
export function rangeFields(): readonly (readonly [string, 'start' | 'stop' | 'num'])[] {
  return [
    [trans._p('range', 'From'), 'start'],
    [trans._p('range', 'To'), 'stop'],
    [trans._p('range', 'Number'), 'num'],
  ];
}

function isNumeric({ type }: Argument): boolean {
  return type === 'float' || type === 'int';
}

/** What is wrong with one value of an argument, as one sentence; empty when nothing is, as far as the page can tell. */
function valueProblem(text: string, argument: Argument): string {
  const typed = text.trim();
  // what is empty is the default where there is one, and for a text the empty text
  if (!typed) return argument.value || argument.type === 'str' ? '' : trans.__('%1 needs a value.', argument.name);
  const { items, problem } = splitList(typed);
  if (problem) return problem;
  if (!isNumeric(argument)) return '';
  if (items.length > 1) return trans.__('%1 is more than one value; choose “%2” for several.', typed, kindWord('list'));
  const value = asNumber(typed);
  if (value === null) return noNumber(typed);
  return argument.type === 'int' && !Number.isInteger(value) ? trans.__('%1 is not a whole number.', typed) : '';
}

function judgeFixed(row: Row, argument: Argument): RowVerdict {
  const problem = valueProblem(row.value, argument);
  return problem ? wrong(problem) : { ...NOTHING, count: 1, places: [0.5], span: row.value.trim() };
}

/** The verdict on numbers that are all right. */
function spreadOver(values: readonly number[], spacing: Row['spacing'], count: number): RowVerdict {
  return { ...NOTHING, count, places: placesOf(values, spacing), span: spanOf(values) };
}

function judgeList(row: Row, argument: Argument): RowVerdict {
  const { items, problem } = splitList(row.values);
  if (problem) return wrong(problem);
  if (!items.length) return wrong(trans.__('List the values of %1, with commas between them.', argument.name));
  const found = isNumeric(argument) ? items.map((item) => valueProblem(item, argument)).find(Boolean) : undefined;
  if (found) return wrong(found);
  const twice = items.find((item, place) => items.indexOf(item) !== place);
  if (twice !== undefined) {
    return wrong(trans.__('%1 has the value %2 twice; give each value once.', argument.name, twice));
  }
  const numbers = items.map(asNumber).filter((value) => value !== null);
  if (numbers.length < items.length) return { ...NOTHING, count: items.length };
  return spreadOver(numbers, isWide(numbers) ? 'log' : 'linear', items.length);
}

/** What is wrong with the three numbers of a range. */
function rangeProblem(row: Row, argument: Argument): string {
  for (const [label, key] of rangeFields()) {
    const text = row[key].trim();
    if (!text) return trans.__('“%1” is empty.', label);
    if (asNumber(text) === null) return noNumber(text);
  }
  const [start, stop, num] = [row.start, row.stop, row.num].map((text) => asNumber(text) ?? 0) as [
    number,
    number,
    number,
  ];
  if (!Number.isInteger(num) || num < 1) {
    return trans.__('The number of values must be a whole number from 1, not %1.', row.num);
  }
  if (num > MOST_VALUES) {
    return trans.__('%1 values are too many; a range has at most a million.', grouped(num));
  }
  if (row.spacing === 'log' && !(start > 0 && stop > 0)) {
    return trans.__('A logarithmic range needs both ends above 0.');
  }
  if (num > 1 && start === stop) {
    return trans.__('From and to are both %1; set the number to 1, or move one end.', row.start);
  }
  const broken = argument.type === 'int' ? [start, stop].find((end) => !Number.isInteger(end)) : undefined;
  return broken === undefined ? '' : trans.__('%1 is not a whole number.', String(broken));
}

/** The verdict on a range of whole numbers: what lies between them is rounded, as the kernel does it. */
function wholeRange(values: readonly number[], spacing: Row['spacing']): RowVerdict {
  const rounded = [...new Set(values.map(Math.round))];
  const note = values.every(Number.isInteger) ? '' : trans.__('rounded to whole numbers');
  return { ...spreadOver(rounded, spacing, rounded.length), note };
}

function judgeRange(row: Row, argument: Argument): RowVerdict {
  const problem = rangeProblem(row, argument);
  if (problem) return wrong(problem);
  const num = Number(row.num);
  const [start, stop] = [Number(row.start), Number(row.stop)];
  if (argument.type === 'int' && num <= MOST_DRAWN) {
    return wholeRange(rangeOf(start, stop, num, row.spacing), row.spacing);
  }
  return spreadOver(rangeOf(start, stop, Math.min(num, MOST_DRAWN), row.spacing), row.spacing, num);
}

function judgeStored(_: Row, argument: Argument): RowVerdict {
  if (!argument.stored) return wrong(trans.__('No values of %1 are stored yet.', argument.name));
  return { ...NOTHING, count: argument.stored };
}

function judgeChoices(row: Row, argument: Argument): RowVerdict {
  if (!row.chosen.length) return wrong(trans.__('Choose at least one value of %1.', argument.name));
  return { ...NOTHING, count: row.chosen.length };
}

function judgeDistribution(row: Row): RowVerdict {
  const bad = row.parameters.find((text) => asNumber(text) === null);
  if (bad === undefined) return NOTHING;
  return wrong(bad.trim() ? noNumber(bad.trim()) : trans.__('A parameter is empty.'));
}

const JUDGES: Readonly<Record<Row['kind'], (row: Row, argument: Argument) => RowVerdict>> = {
  fixed: judgeFixed,
  list: judgeList,
  range: judgeRange,
  stored: judgeStored,
  choices: judgeChoices,
  distribution: judgeDistribution,
  cases: () => NOTHING,
};

/** What the page itself can say of a row. */
export function judge(row: Row, argument: Argument): RowVerdict {
  return JUDGES[row.kind](row, argument);
}

/** The kernel's last word, and the rows that it was about. */
export interface Judged {
  readonly verdict: Verdict;
  readonly rows: readonly Row[];
}

/** Whether a row says what it said when the kernel judged it. */
function isUntouched(row: Row, { rows }: Judged): boolean {
  const before = rows.find(({ name }) => name === row.name);
  return before === row || (before !== undefined && JSON.stringify(before) === JSON.stringify(row));
}

/**
 * What is to be shown of a row: the kernel's word where it is about what stands there now, else the page's own, with
 * what only the kernel knows taken from its last word, so that nothing blinks while it thinks.
 */
export function verdictOn(row: Row, argument: Argument, judged: Judged): RowVerdict {
  const kernel = judged.verdict.rows[row.name];
  if (kernel && isUntouched(row, judged)) return kernel;
  const own = judge(row, argument);
  if (!kernel || own.problem || own.places.length || row.kind !== 'stored') return own;
  return { ...own, places: kernel.places, span: kernel.span };
}

/** Move the row at one place to another; places outside leave the rows as they are. */
export function moved(rows: readonly Row[], from: number, to: number): readonly Row[] {
  const row = rows[from];
  if (!row || to < 0 || to >= rows.length || from === to) return rows;
  const rest = rows.filter((_, place) => place !== from);
  return [...rest.slice(0, to), row, ...rest.slice(to)];
}

/** Give the rows that a table of cases names to the table, and take those back that it names no longer. */
export function withCases(
  rows: readonly Row[],
  known: readonly Argument[],
  columns: readonly string[],
): readonly Row[] {
  return rows.map((row) => {
    const kinds = known.find(({ name }) => name === row.name)?.kinds ?? [];
    if (columns.includes(row.name)) return kinds.includes('cases') ? { ...row, kind: 'cases' } : row;
    return row.kind === 'cases' ? { ...row, kind: kinds.find((kind) => kind !== 'cases') ?? 'fixed' } : row;
  });
}
