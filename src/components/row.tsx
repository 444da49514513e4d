import type { JSX, TargetedKeyboardEvent } from 'preact';

import { grouped } from '../core/format';
import { kindWord } from '../core/rows';
import { trans } from '../core/trans';
import type { Argument, Distribution, Row, RowVerdict } from '../protocol';
import { Button, Select } from './controls';
import { Fields } from './fields';
import { Sparkline } from './sparkline';

/** What a row of the space editor shows, and what it tells of. */
export interface RowProps {
  readonly row: Row;
  readonly argument: Argument;
  readonly verdict: RowVerdict;
  readonly distributions: readonly Distribution[];
  readonly first: boolean;
  readonly last: boolean;
  /** The id of the sentence below the fields, which no other row has. */
  readonly told: string;
  readonly onChange: (changes: Partial<Row>) => void;
  /** Move the row up (-1) or down (1). */
  readonly onMove: (by: -1 | 1) => void;
}

function Name({ argument }: { readonly argument: Argument }): JSX.Element {
  return (
    <span class="xyzpy-row-name">
      <code>{argument.name}</code>
      {argument.units && <span class="xyzpy-sub"> [{argument.units}]</span>}
      {argument.description && <span class="xyzpy-sub xyzpy-row-about">{argument.description}</span>}
    </span>
  );
}

function Movers({ row, first, last, onMove }: RowProps): JSX.Element {
  const mover = (by: -1 | 1, label: string, title: string, arrow: string): JSX.Element => (
    <Button
      class="xyzpy-icon"
      label={label}
      title={title}
      disabled={by < 0 ? first : last}
      onClick={() => {
        onMove(by);
      }}
    >
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path d={arrow} fill="none" stroke="currentColor" stroke-width="1.6" />
      </svg>
    </Button>
  );
  return (
    <span class="xyzpy-row-move">
      {mover(-1, trans.__('Move %1 up', row.name), trans.__('Move up (Alt+↑)'), 'M2 8 6 4l4 4')}
      {mover(1, trans.__('Move %1 down', row.name), trans.__('Move down (Alt+↓)'), 'M2 4l4 4 4-4')}
    </span>
  );
}

function onKey(event: TargetedKeyboardEvent<HTMLElement>, { first, last, onMove }: RowProps): void {
  if (!event.altKey || !(event.key === 'ArrowUp' || event.key === 'ArrowDown')) return;
  event.preventDefault();
  const by = event.key === 'ArrowUp' ? -1 : 1;
  if (!(by < 0 ? first : last)) onMove(by);
}

/** How one argument varies: its name, the way its values are given, the values, where they lie and how many. */
export function RowEditor(props: RowProps): JSX.Element {
  const { row, argument, verdict, told, onChange } = props;
  const { count } = verdict;
  return (
    <div
      class="xyzpy-row"
      data-kind={row.kind}
      role="group"
      aria-label={argument.name}
      onKeyDown={(event) => {
        onKey(event, props);
      }}
    >
      <Movers {...props} />
      <Name argument={argument} />
      <span class="xyzpy-row-kind">
        <Select
          label={trans.__('How the values of %1 are given', row.name)}
          value={row.kind}
          options={argument.kinds.map((kind) => [kind, kindWord(kind)] as const)}
          onChange={(kind) => {
            onChange({ kind });
          }}
        />
      </span>
      <span class="xyzpy-row-fields">
        <Fields {...props} invalid={verdict.problem !== ''} />
      </span>
      <Sparkline verdict={verdict} />
      <span class="xyzpy-row-count">
        {count === null ? '' : trans._n('%2 value', '%2 values', count, grouped(count))}
      </span>
      <span id={told} class={verdict.problem ? 'xyzpy-row-told xyzpy-problem' : 'xyzpy-row-told xyzpy-sub'}>
        {verdict.problem || verdict.note}
      </span>
    </div>
  );
}
