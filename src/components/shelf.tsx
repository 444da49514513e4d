import type { JSX } from 'preact';

import { choiceOf, choicesOf, chosen, logWord, plotKinds, spreads } from '../core/explorer';
import { trans } from '../core/trans';
import type { Dimension, DimensionRole, Shelf } from '../protocol';
import { Check, Field, Select } from './controls';

type Show = (what: 'variable' | 'kind' | 'logx' | 'logy' | 'logz' | 'spread', value: string) => void;

/** The control of a dimension of which one label is drawn. */
function Label({ dimension, onMove }: { dimension: Dimension; onMove: (position: number) => void }): JSX.Element {
  const { name, size, labels, position, role } = dimension;
  const said = labels[position] ?? String(position + 1);
  if (role === 'fixed' && labels.length > 0) {
    return (
      <Select
        label={trans.__('Label of %1', name)}
        value={String(position)}
        options={labels.map((label, place) => [String(place), label] as const)}
        onChange={(value) => {
          onMove(Number(value));
        }}
      />
    );
  }
  return (
    <span class="xyzpy-slide">
      <input
        type="range"
        aria-label={trans.__('Label of %1', name)}
        aria-valuetext={said}
        min={0}
        max={size - 1}
        value={position}
        disabled={size < 2}
        onInput={(event) => {
          onMove(event.currentTarget.valueAsNumber);
        }}
      />
      <output class="xyzpy-mono">{said}</output>
    </span>
  );
}

interface ChipProps {
  readonly dimension: Dimension;
  readonly onRole: (name: string, role: DimensionRole, how: string) => void;
  readonly onMove: (name: string, position: number) => void;
}

/** A dimension, what it is, and the label that is drawn where one is. */
function Chip({ dimension, onRole, onMove }: ChipProps): JSX.Element {
  const { name, caption, size, role } = dimension;
  return (
    <li class="xyzpy-dimension" data-role={role}>
      <span class="xyzpy-dimension-name" title={caption}>
        {name} <span class="xyzpy-faint">{size}</span>
      </span>
      <Select
        label={trans.__('Role of %1', name)}
        value={choiceOf(dimension)}
        options={choicesOf(dimension)}
        onChange={(choice) => {
          const { role: wished, how } = chosen(choice);
          onRole(name, wished, how);
        }}
      />
      {(role === 'slider' || role === 'fixed') && (
        <Label
          dimension={dimension}
          onMove={(position) => {
            onMove(name, position);
          }}
        />
      )}
    </li>
  );
}

interface ShelfProps extends Omit<ChipProps, 'dimension'> {
  readonly shelf: Shelf;
  readonly onShow: Show;
}

/** Which variable is drawn, and as what. */
function Subject({ shelf, onShow }: Pick<ShelfProps, 'shelf' | 'onShow'>): JSX.Element {
  const known = shelf.variables.includes(shelf.variable);
  const variables = known ? shelf.variables : [shelf.variable, ...shelf.variables];
  return (
    <>
      <Field label={trans._p('plot', 'Show')}>
        <Select
          label={trans.__('Variable')}
          value={shelf.variable}
          options={variables.map((name) => [name, name] as const)}
          onChange={(value) => {
            onShow('variable', value);
          }}
        />
      </Field>
      <Field label={trans._p('plot', 'as')}>
        <Select
          label={trans.__('Kind of plot')}
          value={shelf.kind}
          options={plotKinds()}
          onChange={(value) => {
            onShow('kind', value);
          }}
        />
      </Field>
    </>
  );
}

/** How the spread of what is aggregated is drawn, and which scales are logarithmic. */
function Manner({ shelf, onShow }: Pick<ShelfProps, 'shelf' | 'onShow'>): JSX.Element {
  return (
    <>
      {shelf.spread !== null && (
        <Field label={trans.__('Spread')}>
          <Select
            label={trans.__('Spread')}
            value={shelf.spread}
            options={spreads()}
            onChange={(value) => {
              onShow('spread', value);
            }}
          />
        </Field>
      )}
      <span class="xyzpy-scales">
        {Object.entries(shelf.logs).map(([name, on]) => (
          <Check
            key={name}
            checked={on}
            onChange={(checked) => {
              onShow(name as 'logx', checked ? 'yes' : '');
            }}
          >
            {logWord(name)}
          </Check>
        ))}
      </span>
    </>
  );
}

/** What is drawn, as what, and the role of every dimension; none is hidden. */
export function RoleShelf({ shelf, onRole, onMove, onShow }: ShelfProps): JSX.Element {
  return (
    <div class="xyzpy-part xyzpy-shelf">
      <div class="xyzpy-line">
        <Subject shelf={shelf} onShow={onShow} />
        <Manner shelf={shelf} onShow={onShow} />
      </div>
      <ul class="xyzpy-dimensions" aria-label={trans.__('Roles of the dimensions')}>
        {shelf.dimensions.map((dimension) => (
          <Chip key={dimension.name} dimension={dimension} onRole={onRole} onMove={onMove} />
        ))}
      </ul>
    </div>
  );
}
