/** What can be said of a row while it is typed, before the kernel has seen it. */

import type { Argument, Row, RowVerdict, Verdict } from '../protocol';
import { counted, short } from './format';
import { asNumber, splitList } from './literals';
import { isWide, placesOf, rangeOf, spanOf } from './spread';

const MOST_VALUES = 1_000_000;
const NOTHING: RowVerdict = { problem: '', note: '', count: null, places: [], span: '' };

function wrong(problem: string): RowVerdict {
  return { ...NOTHING, problem };
}

function isNumeric({ type }: Argument): boolean {
  return type === 'float' || type === 'int';
}

/** What is wrong with one value of an argument, as one sentence; empty when nothing is, as far as the page can tell. */
function valueProblem(text: string, argument: Argument): string {
  const typed = text.trim();
  if (!typed) return `${argument.name} needs a value.`;
  const { items, problem } = splitList(typed);
  if (problem) return problem;
  if (!isNumeric(argument)) return '';
  if (items.length > 1) return `${typed} is more than one value; choose “list” for several.`;
  const value = asNumber(typed);
  if (value === null) return `“${typed}” is not a number.`;
  return argument.type === 'int' && !Number.isInteger(value) ? `${typed} is not a whole number.` : '';
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
  if (!items.length) return wrong(`List the values of ${argument.name}, with commas between them.`);
  const found = isNumeric(argument) ? items.map((item) => valueProblem(item, argument)).find(Boolean) : undefined;
  if (found) return wrong(found);
  const distinct = [...new Set(items)];
  const twice = items.length - distinct.length;
  const note = twice ? `${counted(twice, 'value')} given twice ${twice === 1 ? 'counts' : 'count'} once.` : '';
  const numbers = distinct.map(asNumber).filter((value) => value !== null);
  if (numbers.length < distinct.length) return { ...NOTHING, note, count: distinct.length };
  return { ...spreadOver(numbers, isWide(numbers) ? 'log' : 'linear', distinct.length), note };
}

/** What is wrong with the three numbers of a range. */
function rangeProblem(row: Row, argument: Argument): string {
  const asked = { From: row.start, To: row.stop, Number: row.num };
  for (const [label, text] of Object.entries(asked)) {
    if (!text.trim()) return `“${label}” is empty.`;
    if (asNumber(text) === null) return `“${text.trim()}” is not a number.`;
  }
  const [start, stop, num] = [row.start, row.stop, row.num].map((text) => asNumber(text) ?? 0) as [
    number,
    number,
    number,
  ];
  if (!Number.isInteger(num) || num < 1) return `The number of values must be a whole number from 1, not ${row.num}.`;
  if (num > MOST_VALUES) return `${short(num)} values are too many; a range has at most a million.`;
  if (row.spacing === 'log' && !(start > 0 && stop > 0)) return 'A logarithmic range needs both ends above 0.';
  if (num > 1 && start === stop) return `From and to are both ${row.start}; set the number to 1, or move one end.`;
  return argument.type === 'int' ? wholeProblem(rangeOf(start, stop, num, row.spacing)) : '';
}

function wholeProblem(values: readonly number[]): string {
  const broken = values.find((value) => Math.abs(value - Math.round(value)) > 1e-9);
  return broken === undefined ? '' : `${short(broken)} would be among the values, which is not a whole number.`;
}

function judgeRange(row: Row, argument: Argument): RowVerdict {
  const problem = rangeProblem(row, argument);
  if (problem) return wrong(problem);
  const num = Number(row.num);
  const values = rangeOf(Number(row.start), Number(row.stop), Math.min(num, 256), row.spacing);
  return spreadOver(values, row.spacing, num);
}

function judgeStored(_: Row, argument: Argument): RowVerdict {
  if (!argument.stored) return wrong(`No values of ${argument.name} are stored yet.`);
  return { ...NOTHING, count: argument.stored };
}

function judgeChoices(row: Row, argument: Argument): RowVerdict {
  if (!row.chosen.length) return wrong(`Choose at least one value of ${argument.name}.`);
  return { ...NOTHING, count: row.chosen.length };
}

function judgeDistribution(row: Row): RowVerdict {
  const bad = row.parameters.find((text) => asNumber(text) === null);
  if (bad === undefined) return NOTHING;
  return wrong(bad.trim() ? `“${bad.trim()}” is not a number.` : 'A parameter is empty.');
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

/**
 * What is to be shown of a row: the kernel's word where it is about what stands there now, else the page's own, with
 * what only the kernel knows taken from its last word, so that nothing blinks while it thinks.
 */
export function verdictOn(row: Row, argument: Argument, verdict: Verdict, revision: number): RowVerdict {
  const kernel = verdict.rows[row.name];
  if (kernel && verdict.revision === revision) return kernel;
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
