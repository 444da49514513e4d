import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

import { CaseTable } from '../components/casetable';
import { Field, Text } from '../components/controls';
import { RowEditor } from '../components/row';
import { readTable } from '../core/cases';
import { caseCount, grouped } from '../core/format';
import { asNumber } from '../core/literals';
import { type Judged, moved, verdictOn, withCases } from '../core/rows';
import { trans } from '../core/trans';
import type { Argument, Row, RowVerdict, SpaceEditorTraits } from '../protocol';
import { set } from '../sync';
import type { PanelProps } from './mount';

type Props = PanelProps<SpaceEditorTraits>;
type Edit = (changes: Partial<SpaceEditorTraits>) => void;

/** Change what the editor is set to; what the kernel said of it before counts no longer. */
function editor({ model }: Props): Edit {
  return (changes) => {
    set(model, { ...changes, revision: model.get('revision') + 1 });
  };
}

/** What the kernel said last, with the rows that it had before it. */
function useJudged({ traits }: Props): Judged {
  const { rows, verdict, revision } = traits;
  const judged = useRef<Judged>({ verdict, rows: [] });
  if (verdict.revision === revision) judged.current = { verdict, rows };
  return judged.current;
}

interface RowsProps {
  readonly props: Props;
  readonly judged: Judged;
  readonly edit: Edit;
  readonly say: (text: string) => void;
}

function Rows({ props, judged, edit, say }: RowsProps): JSX.Element {
  const { arguments: known, rows, distributions, panel } = props.traits;
  const change = (name: string, changes: Partial<Row>): void => {
    // what the model holds now: the last drawing may be one edit behind
    edit({ rows: props.model.get('rows').map((row) => (row.name === name ? { ...row, ...changes } : row)) });
  };
  const move = (place: number, by: number): void => {
    const name = rows[place]?.name ?? '';
    edit({ rows: moved(rows, place, place + by) });
    say(trans.__('%1 is now %2 of %3.', name, place + by + 1, rows.length));
  };
  return (
    <div class="xyzpy-rows">
      {rows.map((row, place) => {
        const argument = known.find(({ name }) => name === row.name);
        return (
          argument && (
            <RowEditor
              key={row.name}
              row={row}
              argument={argument}
              verdict={verdictOn(row, argument, judged)}
              distributions={distributions}
              first={place === 0}
              last={place === rows.length - 1}
              told={`xyzpy-${panel}-${row.name}`}
              onChange={(changes) => {
                change(row.name, changes);
              }}
              onMove={(by) => {
                move(place, by);
              }}
            />
          )
        );
      })}
    </div>
  );
}

function Fixed({ label, known }: { readonly label: string; readonly known: readonly Argument[] }): JSX.Element | null {
  if (!known.length) return null;
  return (
    <div>
      <dt class="xyzpy-faint">{label}</dt>
      <dd>
        {known.map(({ name, value, units }) => (
          <code key={name} class="xyzpy-fixed">
            {name} = {value}
            {units && <span class="xyzpy-faint"> {units}</span>}
          </code>
        ))}
      </dd>
    </div>
  );
}

/** The constants, which are recorded with the results, and the resources, which are not. */
function Unvaried({ known }: { readonly known: readonly Argument[] }): JSX.Element | null {
  const of = (role: Argument['role']): readonly Argument[] => known.filter((argument) => argument.role === role);
  if (known.every(({ role }) => role === 'swept')) return null;
  return (
    <dl class="xyzpy-unvaried">
      <Fixed label={trans.__('Constants')} known={of('constant')} />
      <Fixed label={trans.__('Not recorded')} known={of('resource')} />
    </dl>
  );
}

/** How the number of cases comes about, for example `40 × 4 × 6 = 960 cases`. */
function total({ traits }: Props, judged: Judged): string {
  const { arguments: known, rows, cases, sampled, draws } = traits;
  if (sampled) {
    const number = asNumber(draws);
    return number === null ? '' : trans._n('%2 draw', '%2 draws', number, grouped(number));
  }
  const named = rows.flatMap((row) =>
    known.filter(({ name }) => name === row.name).map((argument) => ({ row, argument })),
  );
  const counts = named
    .filter(({ row }) => row.kind !== 'cases')
    .map(({ row, argument }) => verdictOn(row, argument, judged).count);
  const { rows: read, problem } = readTable(
    cases,
    known.map(({ name }) => name),
  );
  const table = read.length;
  if (problem || judged.verdict.cases.problem) return '';
  const factors = (table ? [table, ...counts] : counts).filter((count) => count !== 1);
  if (factors.includes(null)) return '';
  const product = factors.reduce<number>((sofar, count) => sofar * (count ?? 0), 1);
  const whole = caseCount(product);
  return factors.length > 1 ? `${factors.map((count) => grouped(count ?? 0)).join(' × ')} = ${whole}` : whole;
}

function Draws({ props, edit }: { readonly props: Props; readonly edit: Edit }): JSX.Element {
  const { draws, verdict, revision, panel } = props.traits;
  const bad = asNumber(draws) === null || Number(draws) < 1;
  const own = bad ? trans.__('The number of draws must be a whole number from 1.') : '';
  const problem = verdict.revision === revision ? verdict.draws.problem : own;
  return (
    <div class="xyzpy-line">
      <Field label={trans.__('Draws')}>
        <Text
          value={draws}
          numeric
          size={8}
          invalid={problem !== ''}
          told={`xyzpy-${panel}-draws`}
          onChange={(text) => {
            edit({ draws: text });
          }}
        />
      </Field>
      <span id={`xyzpy-${panel}-draws`} class="xyzpy-problem">
        {problem}
      </span>
    </div>
  );
}

function Cases({ props, edit }: { readonly props: Props; readonly edit: Edit }): JSX.Element {
  const { arguments: known, cases, verdict, revision, panel } = props.traits;
  const names = known.filter(({ role }) => role === 'swept').map(({ name }) => name);
  const judged: RowVerdict | null = verdict.revision === revision ? verdict.cases : null;
  return (
    <CaseTable
      text={cases}
      known={names}
      problem={judged?.problem ?? ''}
      told={`xyzpy-${panel}-cases`}
      onChange={(text) => {
        edit({ cases: text, rows: withCases(props.model.get('rows'), known, readTable(text, names).columns) });
      }}
    />
  );
}

/** Where the values of every argument are chosen. */
export function SpaceEditor(props: Props): JSX.Element {
  const [said, say] = useState('');
  const edit = editor(props);
  const judged = useJudged(props);
  const { arguments: known, rows, sampled, verdict, revision } = props.traits;
  const problem = verdict.revision === revision ? verdict.problem : '';
  return (
    <>
      <header class="xyzpy-head">
        <h3>{trans.__('Parameters')}</h3>
        <span class="xyzpy-push xyzpy-total">{total(props, judged)}</span>
      </header>
      {rows.length > 0 ? (
        <Rows props={props} judged={judged} edit={edit} say={say} />
      ) : (
        <p class="xyzpy-empty">{trans.__('The function has no arguments to vary.')}</p>
      )}
      {(known.length > 0 || sampled || problem) && (
        <div class="xyzpy-part xyzpy-under">
          {sampled ? <Draws props={props} edit={edit} /> : rows.length > 0 && <Cases props={props} edit={edit} />}
          <Unvaried known={known} />
          {problem && <p class="xyzpy-problem">{problem}</p>}
        </div>
      )}
      <span class="xyzpy-said" role="status">
        {said}
      </span>
    </>
  );
}
