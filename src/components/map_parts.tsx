import type { JSX } from 'preact';

import type { Raster, Region } from '../core/casemap';
import { grouped } from '../core/format';
import { present, type Tick } from '../core/maptext';
import { caseWord } from '../core/progress';
import { trans } from '../core/trans';
import type { MapAxis } from '../protocol';
import { Select } from './controls';
import { Mark } from './mark';

/** The names of the axes across and down; empty for none. */
export type AxisNames = readonly [string, string];

interface AxisSelectsProps {
  readonly axes: readonly MapAxis[];
  readonly names: AxisNames;
  readonly onChange: (names: AxisNames) => void;
}

/** Which arguments run across and down. */
export function AxisSelects({ axes, names: [across, down], onChange }: AxisSelectsProps): JSX.Element {
  const options = axes.map(({ name }) => [name, name] as const);
  return (
    <>
      <label class="xyzpy-check">
        <span class="xyzpy-faint">{trans._p('axis', 'Across')}</span>
        <Select
          value={across}
          options={[['', trans._p('axis', 'in order')], ...options]}
          onChange={(name) => {
            onChange([name, name === down ? '' : down]);
          }}
        />
      </label>
      {across !== '' && (
        <label class="xyzpy-check">
          <span class="xyzpy-faint">{trans._p('axis', 'Down')}</span>
          <Select
            value={down}
            options={[['', '–'], ...options.filter(([name]) => name !== across)]}
            onChange={(name) => {
              onChange([across, name]);
            }}
          />
        </label>
      )}
    </>
  );
}

/** The marks of the states, with how many cases there are of each. */
export function Legend({ counts }: { readonly counts: readonly number[] }): JSX.Element {
  return (
    <ul class="xyzpy-legend">
      {present(counts).map(([state, count]) => (
        <li key={state}>
          <Mark state={state} /> {caseWord(state)} <b>{grouped(count)}</b>
        </li>
      ))}
    </ul>
  );
}

interface LabelsProps {
  readonly ticks: readonly Tick[];
  readonly along: 'x' | 'y';
}

const MOST_CHARACTERS = 14;

/** Labels along a side of the map. */
export function Labels({ ticks, along }: LabelsProps): JSX.Element {
  const longest = ticks.reduce((sofar, { text }) => Math.max(sofar, text.length), 0);
  const room = along === 'y' && longest ? { width: `${String(Math.min(longest, MOST_CHARACTERS) + 1)}ch` } : {};
  return (
    <div class={`xyzpy-map-${along}`} style={room} aria-hidden="true">
      {ticks.map(({ at, text, full }) => (
        <span key={at} style={{ [along === 'x' ? 'left' : 'top']: `${String(100 * at)}%` }} title={full}>
          {text}
        </span>
      ))}
    </div>
  );
}

interface FrameProps {
  readonly raster: Raster;
  readonly region: Region | null;
  readonly kind: 'picked' | 'focus';
}

/** A frame around some blocks. */
export function Frame({ raster, region, kind }: FrameProps): JSX.Element | null {
  if (!region) return null;
  const { width, height, gap } = raster;
  const px = (pixels: number): string => `${String(pixels / (window.devicePixelRatio || 1))}px`;
  const style = {
    left: px(region.left * width),
    top: px(region.top * height),
    width: px((region.right - region.left + 1) * width - gap),
    height: px((region.bottom - region.top + 1) * height - gap),
  };
  return <span class={`xyzpy-map-${kind}`} style={style} />;
}
