import type { JSX } from 'preact';

import { asNumber } from '../core/literals';
import { judge, rangeFields } from '../core/rows';
import { trans } from '../core/trans';
import type { Argument, Distribution, Row, Spacing } from '../protocol';
import { Check, Field, Select, Text } from './controls';

/** What the fields of a row need. */
export interface FieldsProps {
  readonly row: Row;
  readonly argument: Argument;
  readonly distributions: readonly Distribution[];
  readonly invalid: boolean;
  /** The id of the sentence that says what is wrong. */
  readonly told: string;
  readonly onChange: (changes: Partial<Row>) => void;
}

function FixedFields({ row, argument, invalid, told, onChange }: FieldsProps): JSX.Element {
  const change = (value: string): void => {
    onChange({ value });
  };
  if (argument.choices.length) {
    const options = argument.choices.map((choice) => [choice, choice] as const);
    return <Select label={trans.__('Value of %1', row.name)} value={row.value} options={options} onChange={change} />;
  }
  return (
    <Text
      label={trans.__('Value of %1', row.name)}
      value={row.value}
      placeholder={argument.value}
      onChange={change}
      invalid={invalid}
      told={told}
      size={14}
    />
  );
}

/** What a list looks like, by what its values are. */
function exampleOf({ type, choices }: Argument): string {
  if (choices.length) return choices.slice(0, 3).join(', ');
  return type === 'str' ? trans._p('example', 'red, green, blue') : '1, 2, 5';
}

function ListFields({ row, argument, invalid, told, onChange }: FieldsProps): JSX.Element {
  return (
    <span class="xyzpy-grow">
      <Text
        label={trans.__('Values of %1, with commas between them', row.name)}
        value={row.values}
        placeholder={exampleOf(argument)}
        invalid={invalid}
        told={told}
        onChange={(values) => {
          onChange({ values });
        }}
      />
    </span>
  );
}

function spacings(): readonly (readonly [Spacing, string])[] {
  return [
    ['linear', trans.__('linear')],
    ['log', trans.__('logarithmic')],
  ];
}

/** How many characters a field of a range shows. */
const SIZES = { start: 7, stop: 7, num: 4 } as const;

/** A range with which nothing is wrong, whatever the argument takes. */
const PLAIN_RANGE = { start: '1', stop: '2', num: '2' } as const;

function RangeFields({ row, argument, invalid, told, onChange }: FieldsProps): JSX.Element {
  const ends = rangeFields();
  // what is typed and wrong by itself is marked, then what is empty; all of them where that cannot be told
  const keys = ends.map(([, key]) => key);
  const typed = keys.filter((key) => row[key].trim());
  const wrong = typed.filter((key) => judge({ ...row, ...PLAIN_RANGE, [key]: row[key] }, argument).problem);
  const empty = keys.filter((key) => !typed.includes(key));
  const blamed = [wrong, empty].find((some) => some.length > 0) ?? keys;
  return (
    <>
      {ends.map(([label, key]) => (
        <Field key={key} label={label}>
          <Text
            value={row[key]}
            size={SIZES[key]}
            numeric
            told={told}
            invalid={invalid && blamed.includes(key)}
            onChange={(text) => {
              onChange({ [key]: text });
            }}
          />
        </Field>
      ))}
      <Field label={trans.__('Spacing')}>
        <Select
          value={row.spacing}
          options={spacings()}
          onChange={(spacing) => {
            onChange({ spacing });
          }}
        />
      </Field>
    </>
  );
}

function ChoiceFields({ row, argument, onChange }: FieldsProps): JSX.Element {
  const toggled = (place: number, on: boolean): readonly number[] =>
    argument.choices.map((_, at) => at).filter((at) => (at === place ? on : row.chosen.includes(at)));
  return (
    <fieldset class="xyzpy-choices" aria-label={trans.__('Values of %1', row.name)}>
      {argument.choices.map((choice, place) => (
        <Check
          key={choice}
          checked={row.chosen.includes(place)}
          onChange={(on) => {
            onChange({ chosen: toggled(place, on) });
          }}
        >
          <code>{choice}</code>
        </Check>
      ))}
    </fieldset>
  );
}

function DistributionFields({ row, distributions, invalid, told, onChange }: FieldsProps): JSX.Element {
  const chosen = distributions.find(({ name }) => name === row.distribution);
  return (
    <>
      <Field label={trans.__('Drawn from')}>
        <Select
          value={row.distribution}
          options={distributions.map(({ name, label }) => [name, label] as const)}
          onChange={(distribution) => {
            const parameters = distributions.find(({ name }) => name === distribution)?.parameters.map(() => '');
            onChange({ distribution, parameters: parameters ?? [] });
          }}
        />
      </Field>
      {chosen?.parameters.map((parameter, place) => (
        <Field key={parameter} label={parameter}>
          <Text
            value={row.parameters[place] ?? ''}
            size={7}
            numeric
            told={told}
            invalid={invalid && asNumber(row.parameters[place] ?? '') === null}
            onChange={(text) => {
              onChange({
                parameters: chosen.parameters.map((_, at) => (at === place ? text : (row.parameters[at] ?? ''))),
              });
            }}
          />
        </Field>
      ))}
    </>
  );
}

function Told({ children }: { readonly children: string }): JSX.Element {
  return <span class="xyzpy-faint">{children}</span>;
}

/** The fields for the way in which the values of a row are given. */
export function Fields(props: FieldsProps): JSX.Element {
  switch (props.row.kind) {
    case 'fixed':
      return <FixedFields {...props} />;
    case 'list':
      return <ListFields {...props} />;
    case 'range':
      return <RangeFields {...props} />;
    case 'choices':
      return <ChoiceFields {...props} />;
    case 'distribution':
      return <DistributionFields {...props} />;
    case 'stored':
      return <Told>{trans.__('every value that is stored')}</Told>;
    case 'cases':
      return <Told>{trans.__('one value for each case of the table below')}</Told>;
  }
}
