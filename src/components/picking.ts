/** Pointing at the case map, dragging over it, and moving on it by keys. */

import type { HTMLAttributes, TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import { cellsUnder, census, type Raster, type Region, regionOf, selectionOf } from '../core/casemap';
import type { Selection } from '../protocol';

/** A block by its column and its row. */
type Block = readonly [number, number];

interface Pointed {
  /** Where the keys stand; null while the map has never had the focus. */
  readonly focus: Block | null;
  readonly hover: Block | null;
  /** The blocks that are picked out. */
  readonly region: Region | null;
}

const NOTHING: Pointed = { focus: null, hover: null, region: null };

/** Where a drag or a row of Shift+arrows began, and what it covers; kept apart from what is drawn, which lags. */
interface Drag {
  anchor: Block | null;
  region: Region | null;
}

/** What pointing leads to. */
interface Acts {
  readonly raster: Raster;
  readonly drag: Drag;
  readonly change: (changes: Partial<Pointed>) => void;
  /** Pick blocks out, and say so. */
  readonly pick: (region: Region | null) => void;
  readonly open: (block: Block) => void;
}

/** The block that a key moves to; null for a key that moves nowhere. */
export function stepped([column, row]: Block, key: string, { columns, rows }: Raster): Block | null {
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

/** The block under the pointer. */
function blockAt({ offsetX, offsetY }: PointerEvent, { width, height, columns, rows }: Raster): Block {
  const density = window.devicePixelRatio || 1;
  const place = (offset: number, side: number, blocks: number): number =>
    Math.max(0, Math.min(blocks - 1, Math.floor((offset * density) / side)));
  return [place(offsetX, width, columns), place(offsetY, height, rows)];
}

type Handlers = HTMLAttributes<HTMLCanvasElement>;

function pointerHandlers({ raster, drag, change, pick, open }: Acts): Handlers {
  return {
    onPointerDown: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      [drag.anchor, drag.region] = [blockAt(event, raster), null];
      change({ focus: drag.anchor });
    },
    onPointerMove: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      const [hover, from] = [blockAt(event, raster), drag.anchor];
      const dragged = event.buttons > 0 && from && (drag.region !== null || String(hover) !== String(from));
      if (dragged) drag.region = regionOf(from, hover);
      change(dragged ? { hover, region: drag.region } : { hover });
    },
    onPointerUp: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      pick(drag.region);
      if (!drag.region) open(blockAt(event, raster));
    },
    onPointerLeave: () => {
      change({ hover: null });
    },
  };
}

function keyHandlers({ raster, drag, change, pick, open }: Acts, { focus }: Pointed): Handlers {
  const from = focus ?? [0, 0];
  return {
    onFocus: () => {
      change({ focus: from });
    },
    onKeyDown: (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
      const to = stepped(from, event.key, raster);
      if (to) {
        drag.anchor = event.shiftKey ? ((drag.region && drag.anchor) ?? from) : null;
        change({ focus: to });
        pick(drag.anchor ? regionOf(drag.anchor, to) : null);
      } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) open(from);
      else if (event.key === 'Escape') pick(null);
      else return;
      event.preventDefault();
    },
  };
}

/** What is picked out on a map, and how it comes about. */
export interface Picking extends Pointed {
  /** What there is to tell of: what the pointer is over, else what is picked out, else where the keys stand. */
  readonly told: Region | null;
  readonly handlers: Handlers;
  readonly clear: () => void;
}

interface PickingProps {
  readonly states: Uint8Array;
  readonly onOpen: (number: number) => void;
  readonly onSelect: (selection: Selection) => void;
}

/** Point at a map, drag over it and move on it; a new layout begins with nothing picked out. */
export function usePicking(raster: Raster, { states, onOpen, onSelect }: PickingProps): Picking {
  const { layout } = raster;
  const [held, hold] = useState({ layout, pointed: NOTHING });
  const pointed = held.layout === layout ? held.pointed : NOTHING;
  const drag = useMemo<Drag>(() => ({ anchor: null, region: null }), [layout]);
  const change = (changes: Partial<Pointed>): void => {
    hold((before) => ({ layout, pointed: { ...(before.layout === layout ? before.pointed : NOTHING), ...changes } }));
  };
  const pick = (region: Region | null): void => {
    if (region || pointed.region) onSelect(region ? selectionOf(layout, cellsUnder(raster, region)) : {});
    drag.region = region;
    change({ region });
  };
  const open = (block: Block): void => {
    const { first } = census(raster, states, regionOf(block, block));
    if (first !== null) onOpen(first);
  };
  const acts = { raster, drag, change, pick, open };
  const { focus, hover, region } = pointed;
  const single = hover ?? focus;
  return {
    ...pointed,
    told: (hover ? null : region) ?? (single && regionOf(single, single)),
    handlers: { ...pointerHandlers(acts), ...keyHandlers(acts, pointed) },
    clear: () => {
      pick(null);
    },
  };
}
