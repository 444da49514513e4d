/** A table of cases, as it comes from a spreadsheet or a file. */

import { splitList } from './literals';
import { trans } from './trans';

/** A table that was read, or what is wrong with it as one sentence. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly problem: string;
}

const EMPTY: Table = { columns: [], rows: [], problem: '' };

function cellsOf(line: string, separator: string): readonly string[] {
  if (separator !== ',') return line.split(separator).map((cell) => cell.trim());
  return splitList(line).items;
}

/** What is wrong with the first line, given the arguments that there are. */
function headProblem(columns: readonly string[], known: readonly string[]): string {
  const unknown = columns.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return trans.__('The first line must name the arguments (%1); “%2” is none of them.', known.join(', '), unknown);
  }
  const twice = columns.find((name, place) => columns.indexOf(name) !== place);
  return twice === undefined ? '' : trans.__('The column %1 stands there twice.', twice);
}

/** Read a table: names in the first line, one case in each further one, tabs, semicolons or commas between the columns. */
export function readTable(text: string, known: readonly string[]): Table {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const [head, ...body] = lines;
  if (head === undefined) return EMPTY;
  const separator = ['\t', ';'].find((mark) => head.includes(mark)) ?? ',';
  const columns = cellsOf(head, separator).map((name) => name.replace(/^(["'])(.*)\1$/, '$2'));
  const problem = headProblem(columns, known);
  if (problem) return { ...EMPTY, columns, problem };
  const rows = body.map((line) => cellsOf(line, separator));
  const uneven = rows.findIndex((cells) => cells.length !== columns.length || cells.includes(''));
  if (uneven >= 0) {
    const found = rows[uneven]?.filter(Boolean).length ?? 0;
    return { columns, rows: [], problem: trans.__('Case %1 has %2 of %3 values.', uneven + 1, found, columns.length) };
  }
  return rows.length
    ? { columns, rows, problem: '' }
    : { ...EMPTY, columns, problem: trans.__('No case follows the first line.') };
}
