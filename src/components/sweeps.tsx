import type { JSX } from 'preact';

import {
  countText,
  fileOf,
  GROUPS,
  type Group,
  inGroup,
  keyOf,
  markOf,
  remarks,
  runText,
  type SweepRow,
} from '../core/board';
import { percent } from '../core/format';
import { ended, isActive, stateWord } from '../core/progress';
import { trans } from '../core/trans';
import type { ControlWord } from '../protocol';
import { Mark } from './mark';

export interface SweepsProps {
  readonly rows: readonly SweepRow[];
  readonly open: (row: SweepRow) => void;
  readonly steer: (row: SweepRow, word: ControlWord) => void;
}

/** The sweeps of the running kernels: what needs attention, what runs, what is over or stored. */
export function SweepList(props: SweepsProps): JSX.Element {
  const { rows } = props;
  if (!rows.length) return <Empty />;
  const heads: Readonly<Record<Group, string>> = {
    attention: trans.__('Needs attention'),
    running: trans._p('runs', 'Running'),
    kept: trans.__('Stored and ended'),
  };
  return (
    <>
      {GROUPS.map((group) => {
        const found = inGroup(rows, group);
        return found.length ? <Section key={group} title={heads[group]} found={found} {...props} /> : null;
      })}
    </>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="xyzpy-Sweeps-empty">
      <p>{trans.__('No sweep yet in any running kernel.')}</p>
      <p>{trans.__('A sweep is listed here as soon as a notebook makes a Harvester or a Sampler, or runs one.')}</p>
    </div>
  );
}

type SectionProps = SweepsProps & { readonly title: string; readonly found: readonly SweepRow[] };

function Section({ title, found, ...props }: SectionProps): JSX.Element {
  return (
    <section class="xyzpy-Sweeps-group" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {found.map((row) => (
          <Row key={keyOf(row)} row={row} {...props} />
        ))}
      </ul>
    </section>
  );
}

function Row({ row, rows, open, steer }: SweepsProps & { readonly row: SweepRow }): JSX.Element {
  const { name, title, place, store, state } = row;
  const tip = [trans.__('%1: %2', title, stateWord(state)), store, row.said].filter(Boolean).join('\n');
  const run = runText(row, rows);
  const details = [run, ...remarks(row), store && !row.run ? fileOf(store) : '', place].filter(Boolean);
  return (
    <li class="xyzpy-Sweep" data-kernel={row.kernel} data-sweep={row.id} data-state={state}>
      <button
        type="button"
        class="xyzpy-Sweep-open"
        title={tip}
        onClick={() => {
          open(row);
        }}
      >
        <Mark state={markOf(row)} />
        <span class="xyzpy-Sweep-name">{name}</span>
        <span class="xyzpy-Sweep-count">{countText(row)}</span>
        {isActive(state) ? <Bar row={row} /> : null}
        <span class="xyzpy-Sweep-rest">{details.join(' · ')}</span>
      </button>
      {isActive(state) ? <Steering row={row} called={[name, run].filter(Boolean).join(', ')} steer={steer} /> : null}
    </li>
  );
}

function Bar({ row }: { readonly row: SweepRow }): JSX.Element {
  const { name, total, done, failed } = row;
  const width = (part: number): string => `${String(total ? (100 * part) / total : 0)}%`;
  return (
    <span
      class="xyzpy-Sweep-bar"
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent(ended(row), total)}
    >
      <span data-state="done" style={{ width: width(done) }} />
      <span data-state="failed" style={{ width: width(failed) }} />
    </span>
  );
}

type SteeringProps = Pick<SweepsProps, 'steer'> & { readonly row: SweepRow; readonly called: string };

function Steering({ row, called, steer }: SteeringProps): JSX.Element {
  const rests = row.state === 'paused' || row.state === 'held';
  const button = (word: ControlWord, label: string, shape: string): JSX.Element => (
    <button
      type="button"
      title={label}
      aria-label={trans.__('%1: %2', label, called)}
      onClick={() => {
        steer(row, word);
      }}
    >
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={shape} fill="currentColor" />
      </svg>
    </button>
  );
  const ending = row.state === 'stopping' || row.state === 'cancelling';
  return (
    <span class="xyzpy-Sweep-steering">
      {rests ? button('resume', trans.__('Resume'), 'M3 1.5 10.5 6 3 10.5Z') : null}
      {row.state === 'running' ? button('pause', trans.__('Pause'), 'M2.5 2h2.6v8H2.5ZM6.9 2h2.6v8H6.9Z') : null}
      {ending ? null : button('stop', trans.__('Stop'), 'M2 2h8v8H2Z')}
    </span>
  );
}
