import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import {
  cellsUnder,
  census,
  firstAxes,
  layoutOf,
  type Raster,
  rasterOf,
  type Region,
  regionOf,
  selectionOf,
} from '../core/casemap';
import { labelAt, present, regionText, tally, ticksOf } from '../core/maptext';
import { CASE_WORDS } from '../core/progress';
import type { MapAxis, Selection } from '../protocol';
import { Button, Select } from './controls';
import { paint } from './map_paint';
import { Mark } from './mark';

interface CaseMapProps {
  readonly axes: readonly MapAxis[];
  /** The states of all cases by their numbers; changed in place, and `version` grows with each change. */
  readonly states: Uint8Array;
  readonly version: number;
  readonly onOpen: (number: number) => void;
  readonly onSelect: (selection: Selection) => void;
}

type Block = readonly [number, number];

/** The width of an element as it changes, and the device's pixels for each of the page. */
function useWidth(element: { readonly current: HTMLElement | null }): readonly [number, number] {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const observer = new ResizeObserver(() => {
      setWidth(current.clientWidth);
    });
    observer.observe(current);
    setWidth(current.clientWidth);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return [width, window.devicePixelRatio || 1];
}

/** A number that changes with the theme of the page. */
function useTheme(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const observer = new MutationObserver(() => {
      setVersion((before) => before + 1);
    });
    const watched = { attributes: true, attributeFilter: ['class', 'data-theme', 'data-jp-theme-name', 'theme'] };
    for (const element of [document.documentElement, document.body]) observer.observe(element, watched);
    return () => {
      observer.disconnect();
    };
  }, []);
  return version;
}

/** The block that a key moves to; null for a key that moves nowhere. */
function stepped([column, row]: Block, key: string, { columns, rows }: Raster): Block | null {
  const moves: Readonly<Record<string, Block>> = {
    ArrowLeft: [column - 1, row],
    ArrowRight: [column + 1, row],
    ArrowUp: [column, row - 1],
    ArrowDown: [column, row + 1],
    Home: [0, row],
    End: [columns - 1, row],
  };
  const to = moves[key];
  return to ? [Math.max(0, Math.min(columns - 1, to[0])), Math.max(0, Math.min(rows - 1, to[1]))] : null;
}

/** A rectangle over some blocks, in pixels of the page. */
function Frame({ raster, region, kind }: { raster: Raster; region: Region; kind: string }): JSX.Element {
  const { width, height, gap } = raster;
  const density = window.devicePixelRatio || 1;
  const px = (value: number): string => `${String(value / density)}px`;
  const style = {
    left: px(region.left * width),
    top: px(region.top * height),
    width: px((region.right - region.left + 1) * width - gap),
    height: px((region.bottom - region.top + 1) * height - gap),
  };
  return <span class={`xyzpy-map-${kind}`} style={style} />;
}

interface Picking {
  /** Where the keys stand; null while the map has never had the focus. */
  readonly focus: Block | null;
  /** The blocks that are picked out. */
  readonly region: Region | null;
  /** What the line below the map tells of: what the pointer is over, else what is picked out, else the focus. */
  readonly told: Region | null;
  readonly handlers: JSX.HTMLAttributes<HTMLCanvasElement>;
  readonly clear: () => void;
}

/** Pointing, dragging and moving by keys on a map. */
function usePicking(raster: Raster, { states, onOpen, onSelect }: CaseMapProps): Picking {
  const [focus, setFocus] = useState<Block | null>(null);
  const [hover, setHover] = useState<Block | null>(null);
  const [region, setRegion] = useState<Region | null>(null);
  const anchor = useRef<Block | null>(null);
  const drawn = useRef<Region | null>(null);
  const pick = (to: Region | null): void => {
    drawn.current = to;
    setRegion(to);
  };
  const announce = (to: Region | null): void => {
    pick(to);
    onSelect(to ? selectionOf(raster.layout, cellsUnder(raster, to)) : {});
  };
  useEffect(() => {
    pick(null);
    setFocus(null);
    setHover(null);
  }, [raster.layout]);
  const open = (block: Block): void => {
    const { first } = census(raster, states, regionOf(block, block));
    if (first !== null) onOpen(first);
  };
  const at = (event: JSX.TargetedPointerEvent<HTMLCanvasElement>): Block => {
    const density = window.devicePixelRatio || 1;
    const place = (offset: number, side: number, blocks: number): number =>
      Math.max(0, Math.min(blocks - 1, Math.floor((offset * density) / side)));
    return [place(event.offsetX, raster.width, raster.columns), place(event.offsetY, raster.height, raster.rows)];
  };
  const handlers: JSX.HTMLAttributes<HTMLCanvasElement> = {
    onPointerDown: (event) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      anchor.current = at(event);
      setFocus(anchor.current);
      pick(null);
    },
    onPointerMove: (event) => {
      const block = at(event);
      setHover(block);
      const from = anchor.current;
      if (event.buttons && from && (drawn.current ?? String(block) !== String(from))) pick(regionOf(from, block));
    },
    onPointerUp: (event) => {
      if (drawn.current) announce(drawn.current);
      else {
        if (region) announce(null);
        open(at(event));
      }
    },
    onPointerLeave: () => {
      setHover(null);
    },
    onFocus: () => {
      setFocus((before) => before ?? [0, 0]);
    },
    onKeyDown: (event) => {
      const from = focus ?? [0, 0];
      const to = stepped(from, event.key, raster);
      if (to) {
        setFocus(to);
        if (event.shiftKey) anchor.current ??= from;
        else anchor.current = null;
        announce(anchor.current ? regionOf(anchor.current, to) : null);
      } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) open(from);
      else if (event.key === 'Escape') announce(null);
      else return;
      event.preventDefault();
    },
  };
  const single = hover ?? focus;
  const told = (hover ? null : region) ?? (single && regionOf(single, single));
  return {
    focus,
    region,
    told,
    handlers,
    clear: () => {
      announce(null);
    },
  };
}

function AxisSelects({
  axes,
  names,
  onChange,
}: {
  axes: readonly MapAxis[];
  names: readonly [string, string];
  onChange: (names: readonly [string, string]) => void;
}): JSX.Element {
  const options = axes.map(({ name }) => [name, name] as const);
  const [across, down] = names;
  return (
    <>
      <label class="xyzpy-check">
        <span class="xyzpy-faint">Across</span>
        <Select
          value={across}
          options={[['', 'in order'], ...options]}
          onChange={(name) => {
            onChange([name, name === down ? '' : down]);
          }}
        />
      </label>
      {across !== '' && (
        <label class="xyzpy-check">
          <span class="xyzpy-faint">Down</span>
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

function Legend({ counts }: { readonly counts: readonly number[] }): JSX.Element {
  return (
    <ul class="xyzpy-legend">
      {present(counts).map(([state, count]) => (
        <li key={state}>
          <Mark state={state} /> {CASE_WORDS[state]} <b>{count.toLocaleString('en')}</b>
        </li>
      ))}
    </ul>
  );
}

function Labels({ axis, along, most }: { axis: MapAxis | null; along: 'x' | 'y'; most: number }): JSX.Element {
  const ticks = axis ? ticksOf(axis, most) : [];
  const side = along === 'x' ? 'left' : 'top';
  const widest = ticks.reduce((longest, { text }) => Math.max(longest, text.length), 0);
  const room = along === 'y' && ticks.length ? { width: `${String(Math.min(widest, 14) + 1)}ch` } : {};
  return (
    <div class={`xyzpy-map-${along}`} style={room} aria-hidden="true">
      {ticks.map(({ at, text }) => (
        <span key={at} style={{ [side]: `${String(100 * at)}%` }} title={text}>
          {text}
        </span>
      ))}
    </div>
  );
}

/** One cell for each case along any two arguments, coloured and marked by state; cases of the others share a cell. */
export function CaseMap(props: CaseMapProps): JSX.Element {
  const { axes, states, version } = props;
  const [chosen, choose] = useState<readonly [string, string] | null>(null);
  const [frame, canvas] = [useRef<HTMLDivElement>(null), useRef<HTMLCanvasElement>(null)];
  const [width, density] = useWidth(frame);
  const theme = useTheme();
  const known = (name: string): MapAxis | null => axes.find((axis) => axis.name === name) ?? null;
  const [across, down] = (chosen ?? firstAxes(axes)).map(known) as [MapAxis | null, MapAxis | null];
  const layout = useMemo(() => layoutOf(states.length, across, down), [states.length, across, down]);
  const raster = useMemo(() => rasterOf(layout, width, density), [layout, width, density]);
  const counts = useMemo(() => tally(states), [states, version]);
  const picking = usePicking(raster, props);
  useLayoutEffect(() => {
    if (canvas.current && width) paint(canvas.current, raster, states);
  }, [raster, states, version, theme]);
  const { told, region, focus } = picking;
  const size = { width: (raster.columns * raster.width) / density, height: (raster.rows * raster.height) / density };
  return (
    <div class="xyzpy-map">
      <div class="xyzpy-line">
        <AxisSelects axes={axes} names={[across?.name ?? '', down?.name ?? '']} onChange={choose} />
        <Legend counts={counts} />
      </div>
      <div class="xyzpy-map-grid">
        <Labels axis={down} along="y" most={Math.floor(size.height / 15)} />
        <div class="xyzpy-map-frame" ref={frame}>
          <div class="xyzpy-map-sheet" style={size}>
            <canvas
              ref={canvas}
              style={size}
              tabIndex={0}
              role="application"
              aria-label="Case map: arrows move, Enter opens a case, Shift and arrows pick several out"
              {...picking.handlers}
            />
            {region && <Frame raster={raster} region={region} kind="picked" />}
            {focus && <Frame raster={raster} region={regionOf(focus, focus)} kind="focus" />}
            <Labels axis={across} along="x" most={Math.floor(size.width / 52)} />
          </div>
        </div>
      </div>
      <div class="xyzpy-line xyzpy-map-told">
        <span role="status">
          {told ? regionText(raster, told, census(raster, states, told)) : axisText(across, down)}
        </span>
        {region && (
          <Button class="xyzpy-quiet" onClick={picking.clear}>
            Clear the selection
          </Button>
        )}
      </div>
    </div>
  );
}

/** What the map shows along its axes. */
function axisText(across: MapAxis | null, down: MapAxis | null): string {
  const named = [across, down].filter((axis) => axis !== null);
  if (!named.length) return 'The cases in the order of their numbers.';
  return named.map((axis) => `${axis.name}: ${labelAt(axis, 0)} to ${labelAt(axis, axis.size - 1)}`).join(' · ');
}
