import type { JSX } from 'preact';

import { bytes, caseCount, duration, grouped, interval, middle, roughly } from '../core/format';
import { choiceWord, countsOf, staleWord, toRun } from '../core/plan';
import { trans } from '../core/trans';
import type { CaseState, Choice, Counted, Plan, Trial, Wishes } from '../protocol';
import { Button, Check, Field, Select, Text } from './controls';
import { Mark } from './mark';

const MARKS: Readonly<Partial<Record<Counted, CaseState>>> = {
  stored: 'done',
  failed: 'failed',
  new: 'missing',
  stale: 'stale',
};

interface CountsProps {
  readonly plan: Plan;
  readonly choices: readonly Choice[];
  /** The count whose cases are listed; null for none. */
  readonly open: Counted | null;
  readonly onOpen: (of: Counted) => void;
}

/** The cases in all, and what they are made up of; each count opens its list. */
export function Counts({ plan, choices, open, onOpen }: CountsProps): JSX.Element {
  return (
    <div class="xyzpy-counts">
      {countsOf(plan, choices).map(([of, word, value], place) => (
        <span key={of} class="xyzpy-count-slot">
          {place > 0 && <span class="xyzpy-sign">{place === 1 ? '=' : '+'}</span>}
          <Button
            class="xyzpy-count"
            expanded={open === of}
            disabled={value === 0}
            title={value ? trans.__('List the %1', caseCount(value)) : ''}
            onClick={() => {
              onOpen(of);
            }}
          >
            <span class="xyzpy-big">{grouped(value)}</span>
            <span class="xyzpy-count-word">
              {MARKS[of] && <Mark state={MARKS[of]} />} {word}
            </span>
          </Button>
        </span>
      ))}
    </div>
  );
}

/** How the cases share the whole, as one bar; the counts above say the same in figures. */
export function Shares({ plan, choices }: Pick<CountsProps, 'plan' | 'choices'>): JSX.Element | null {
  const [, ...parts] = countsOf(plan, choices);
  if (!parts.length) return null;
  return (
    <div class="xyzpy-shares" aria-hidden="true">
      {parts.map(([of, , value]) => value > 0 && <span key={of} data-state={MARKS[of]} style={{ flexGrow: value }} />)}
    </div>
  );
}

interface FactsProps {
  readonly plan: Plan;
  readonly trial: Trial;
  readonly busy: boolean;
  readonly onTry: () => void;
}

function TimeFact({ plan, trial, busy, onTry }: FactsProps): JSX.Element {
  if (plan.to_run === 0) return <dd>{trans.__('nothing to run')}</dd>;
  if (plan.seconds) {
    const [about, ends, { timings }] = [middle(plan.seconds), interval(plan.seconds), plan];
    const from = trans._n('from %2 timed case', 'from %2 timed cases', timings, grouped(timings));
    return (
      <dd>
        {roughly(about)} <span class="xyzpy-sub">{ends === duration(about) ? from : `${ends}, ${from}`}</span>
      </dd>
    );
  }
  return (
    <dd>
      <span class="xyzpy-line">
        {trans._p('time', 'unknown')}
        <Button onClick={onTry} disabled={busy || trial.state === 'running'}>
          {trial.state === 'running' ? trans.__('Trying one case …') : trans.__('Try one case')}
        </Button>
      </span>
    </dd>
  );
}

/** What the plan would take: time, memory and disk. */
export function Facts(props: FactsProps): JSX.Element {
  const { plan, trial } = props;
  return (
    <dl class="xyzpy-facts">
      <div>
        <dt>{trans.__('Time')}</dt>
        <TimeFact {...props} />
      </div>
      <div>
        <dt>{trans.__('Memory')}</dt>
        <dd>{plan.memory_bytes === null ? trans._p('memory', 'unknown') : bytes(plan.memory_bytes)}</dd>
      </div>
      {plan.disk_bytes !== null && (
        <div>
          <dt>{trans.__('On disk')}</dt>
          <dd>{bytes(plan.disk_bytes)}</dd>
        </div>
      )}
      {trial.said && (
        <div class={trial.state === 'failed' ? 'xyzpy-problem' : ''}>
          <dt>{trans.__('Tried')}</dt>
          <dd>{trial.said}</dd>
        </div>
      )}
    </dl>
  );
}

interface WishesProps {
  readonly plan: Plan | null;
  readonly wishes: Wishes;
  readonly choices: readonly Choice[];
  readonly backends: readonly string[];
  /** A name that no other group of radio buttons on the page has. */
  readonly name: string;
  readonly onChange: (changes: Partial<Wishes>) => void;
}

function Segments({ plan, wishes, choices, name, onChange }: WishesProps): JSX.Element {
  return (
    <span class="xyzpy-segments" role="radiogroup" aria-labelledby={`${name}-label`}>
      {choices.map((choice) => (
        <label key={choice} class="xyzpy-segment">
          <input
            type="radio"
            name={name}
            checked={wishes.choice === choice}
            onChange={() => {
              onChange({ choice });
            }}
          />
          <span>
            {choiceWord(choice)}
            {plan && <b> {grouped(toRun(plan, { choice, stale: false }))}</b>}
          </span>
        </label>
      ))}
    </span>
  );
}

/** Which cases run: the new, those and the failed, or all. */
export function Choices(props: WishesProps): JSX.Element | null {
  const { plan, wishes, choices, name, onChange } = props;
  const stale = plan?.stale ?? 0;
  if (!choices.length) return null;
  return (
    <div class="xyzpy-line">
      <span class="xyzpy-field">
        <span id={`${name}-label`} class="xyzpy-label">
          {trans.__('Which cases')}
        </span>
        <Segments {...props} />
      </span>
      {wishes.choice !== 'all' && (stale > 0 || wishes.stale) && (
        <span class="xyzpy-beside">
          <Check
            checked={wishes.stale}
            onChange={(on) => {
              onChange({ stale: on });
            }}
          >
            {staleWord()} <b>{grouped(stale)}</b>
          </Check>
        </span>
      )}
    </div>
  );
}

/** Where the cases run: the backend, and how many workers it has. */
export function Backend({ wishes, backends, onChange }: WishesProps): JSX.Element {
  return (
    <div class="xyzpy-line">
      <Field label={trans.__('Run in')}>
        <Select
          value={wishes.backend}
          options={backends.map((backend) => [backend, backend] as const)}
          onChange={(backend) => {
            onChange({ backend });
          }}
        />
      </Field>
      {wishes.backend !== 'serial' && (
        <Field label={trans.__('Workers')}>
          <Text
            value={wishes.workers === null ? '' : String(wishes.workers)}
            placeholder={trans._p('workers', 'auto')}
            size={5}
            numeric
            onChange={(text) => {
              const workers = Number.parseInt(text, 10);
              onChange({ workers: workers > 0 ? workers : null });
            }}
          />
        </Field>
      )}
    </div>
  );
}
