import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { census, firstAxes, layoutOf, type Raster, rasterOf, regionOf } from '../core/casemap';
import { labelAt, regionText, tally, ticksAcross, ticksOf } from '../core/maptext';
import { trans } from '../core/trans';
import type { MapAxis, Selection } from '../protocol';
import { Button } from './controls';
import { useTheme, useWidth } from './map_hooks';
import { paint } from './map_paint';
import { type AxisNames, AxisSelects, Frame, Labels, Legend } from './map_parts';
import { type Picking, usePicking } from './picking';

interface CaseMapProps {
  readonly axes: readonly MapAxis[];
  /** The states of all cases by their numbers; changed in place, and `version` grows with each change. */
  readonly states: Uint8Array;
  readonly version: number;
  readonly onOpen: (number: number) => void;
  readonly onSelect: (selection: Selection) => void;
}

const LABEL_HEIGHT = 15;

interface SheetProps extends CaseMapProps {
  readonly raster: Raster;
  readonly picking: Picking;
}

/** The cells themselves, with what is picked out and the labels below. */
function Sheet({ raster, picking, states, version }: SheetProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const density = window.devicePixelRatio || 1;
  const { focus, region } = picking;
  const about = trans.__('Case map: arrows move, Enter opens a case, Shift and arrows pick several out');
  const { across } = raster.layout;
  const size = { width: (raster.columns * raster.width) / density, height: (raster.rows * raster.height) / density };
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, raster, states);
  }, [raster, states, version, theme]);
  return (
    <div class="xyzpy-map-sheet" style={size}>
      <canvas ref={canvas} style={size} tabIndex={0} role="application" aria-label={about} {...picking.handlers} />
      <Frame raster={raster} region={region} kind="picked" />
      <Frame raster={raster} region={focus && regionOf(focus, focus)} kind="focus" />
      <Labels ticks={across ? ticksAcross(across, size.width) : []} along="x" />
    </div>
  );
}

/** What the map shows along its axes. */
function axisText({ across, down }: Raster['layout']): string {
  const named = [across, down].filter((axis) => axis !== null);
  if (!named.length) return trans.__('The cases in the order of their numbers.');
  return named
    .map((axis) => trans.__('%1: %2 to %3', axis.name, labelAt(axis, 0), labelAt(axis, axis.size - 1)))
    .join(' · ');
}

/** What is under the pointer, picked out, or where the keys stand. */
function Told({ raster, picking, states }: SheetProps): JSX.Element {
  const { told, region, clear } = picking;
  return (
    <div class="xyzpy-line xyzpy-map-told">
      <span role="status">
        {told ? regionText(raster, told, census(raster, states, told)) : axisText(raster.layout)}
      </span>
      {region && (
        <Button class="xyzpy-quiet" onClick={clear}>
          {trans.__('Clear the selection')}
        </Button>
      )}
    </div>
  );
}

/** One cell for each case along any two arguments, coloured and marked by state; cases of the others share a cell. */
export function CaseMap(props: CaseMapProps): JSX.Element {
  const { axes, states, version } = props;
  const [chosen, choose] = useState<AxisNames | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const density = window.devicePixelRatio || 1;
  const axisOf = (name: string): MapAxis | null => axes.find((axis) => axis.name === name) ?? null;
  const [first, second] = chosen ?? firstAxes(axes);
  const [across, down] = [axisOf(first), axisOf(second)];
  const layout = useMemo(() => layoutOf(states.length, across, down), [states.length, across, down]);
  const raster = useMemo(() => rasterOf(layout, width, density), [layout, width, density]);
  const counts = useMemo(() => tally(states), [states, version]);
  const height = (raster.rows * raster.height) / density;
  const sheet = { ...props, raster, picking: usePicking(raster, props) };
  return (
    <div class="xyzpy-map">
      <div class="xyzpy-line">
        <AxisSelects axes={axes} names={[across?.name ?? '', down?.name ?? '']} onChange={choose} />
        <Legend counts={counts} />
      </div>
      <div class="xyzpy-map-grid">
        <Labels ticks={down ? ticksOf(down, Math.floor(height / LABEL_HEIGHT)) : []} along="y" />
        <div class="xyzpy-map-frame" ref={frame}>
          {width > 0 && <Sheet {...sheet} />}
        </div>
      </div>
      <Told {...sheet} />
    </div>
  );
}
