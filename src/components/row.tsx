import type { JSX, TargetedKeyboardEvent } from 'preact';

import { counted } from '../core/format';
import type { Argument, Distribution, Row, RowVerdict } from '../protocol';
import { Button, Select } from './controls';
import { Fields, KIND_WORDS } from './fields';
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
  const mover = (by: -1 | 1, word: string, arrow: string, off: boolean): JSX.Element => (
    <Button
      class="xyzpy-icon"
      label={`Move ${row.name} ${word}`}
      title={`Move ${word} (Alt+${by < 0 ? '↑' : '↓'})`}
      disabled={off}
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
      {mover(-1, 'up', 'M2 8 6 4l4 4', first)}
      {mover(1, 'down', 'M2 4l4 4 4-4', last)}
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
          label={`How the values of ${row.name} are given`}
          value={row.kind}
          options={argument.kinds.map((kind) => [kind, KIND_WORDS[kind]] as const)}
          onChange={(kind) => {
            onChange({ kind });
          }}
        />
      </span>
      <span class="xyzpy-row-fields">
        <Fields {...props} invalid={verdict.problem !== ''} />
      </span>
      <Sparkline verdict={verdict} />
      <span class="xyzpy-row-count">{verdict.count === null ? '' : counted(verdict.count, 'value')}</span>
      <span id={told} class={verdict.problem ? 'xyzpy-row-told xyzpy-problem' : 'xyzpy-row-told xyzpy-sub'}>
        {verdict.problem || verdict.note}
      </span>
    </div>
  );
}
