import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { readTable } from '../core/cases';
import { grouped } from '../core/format';
import { trans } from '../core/trans';
import { Button } from './controls';
import { Table } from './table';

const SHOWN = 5;

interface CaseTableProps {
  readonly text: string;
  /** The arguments that a column may name. */
  readonly known: readonly string[];
  /** What the kernel found wrong; empty when nothing. */
  readonly problem: string;
  /** The id of the sentence below the field. */
  readonly told: string;
  readonly onChange: (text: string) => void;
}

/** Cases to be run as they stand, pasted from a spreadsheet; they combine with every value of the rows above. */
export function CaseTable(props: CaseTableProps): JSX.Element {
  const [wanted, want] = useState(false);
  if (wanted || props.text) {
    return (
      <OpenTable
        {...props}
        onRemove={() => {
          want(false);
          props.onChange('');
        }}
      />
    );
  }
  return (
    <Button
      class="xyzpy-quiet"
      expanded={false}
      onClick={() => {
        want(true);
      }}
    >
      {trans.__('Add a table of cases …')}
    </Button>
  );
}

function OpenTable({ problem, onRemove, ...rest }: CaseTableProps & { readonly onRemove: () => void }): JSX.Element {
  const { text, known, told } = rest;
  const { columns, rows, problem: own } = readTable(text, known);
  const wrong = own || problem;
  const read = rows.length
    ? trans._n('%2 case read.', '%2 cases read.', rows.length, grouped(rows.length))
    : trans.__('The first line names the arguments.');
  return (
    <div class="xyzpy-cases">
      <CaseField {...rest} wrong={wrong} />
      <div class="xyzpy-line">
        <span id={told} class={wrong ? 'xyzpy-problem' : 'xyzpy-sub'}>
          {wrong || read}
        </span>
        <Button class="xyzpy-quiet xyzpy-push" onClick={onRemove}>
          {trans.__('Remove the table')}
        </Button>
      </div>
      {rows.length > 0 && <Table label={trans.__('The first cases')} columns={columns} rows={rows.slice(0, SHOWN)} />}
    </div>
  );
}

interface CaseFieldProps extends Omit<CaseTableProps, 'problem'> {
  readonly wrong: string;
}

function CaseField({ text, known, wrong, told, onChange }: CaseFieldProps): JSX.Element {
  return (
    <label class="xyzpy-field">
      <span class="xyzpy-label">
        {trans.__('Table of cases: paste columns from a spreadsheet, or type them with commas')}
      </span>
      <textarea
        rows={5}
        value={text}
        placeholder={`${known.slice(0, 2).join('\t')}\n`}
        spellcheck={false}
        aria-invalid={wrong !== '' && text !== ''}
        aria-describedby={told}
        onInput={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
    </label>
  );
}
