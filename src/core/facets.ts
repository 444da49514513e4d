/** Several panels in the width of a page: as many beside one another as have room there. */

interface Figure {
  attributes: {
    frame_width?: number;
    frame_height?: number;
    right?: unknown[];
    title?: { attributes?: { text?: unknown } };
    toolbar_location?: string;
  };
}
type Place = [Figure, number, number];
interface Grid {
  attributes: { tags?: unknown[]; children: Place[] };
}

/** The tag of a grid whose panels may stand in other rows; what `views/document.py` calls `WRAPS`. */
const WRAPS = 'wraps';

/** What a panel takes beside its frame, and the one with the key of the colours besides, in pixels. */
const BESIDE = 62;
const KEY = 98;
/** The width of a frame beside others at the least, and of one that has a narrow page for itself; in pixels. */
const [LEAST, NARROWEST] = [160, 80];
/** The greatest width of a frame, and its least height, in pixels. */
const [GREATEST, LOWEST] = [400, 150];
/** Frames differ by whole steps, so that not every pixel of a page that is resized draws them anew. */
const STEP = 10;

/** What there is to fit: the panels in a row, whether others may begin it, and whether a key of the colours stands beside one. */
export interface Shape {
  readonly columns: number;
  readonly rows: number;
  readonly wraps: boolean;
  readonly keyed: boolean;
}

/** How panels stand: the number of columns, and the frame of each. */
export interface Fit {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Fit panels into a width of the page; one that is not shown has none, and leaves them as they are. Rows and columns that
 * mean something change places where that makes room, or else stand below one another: each panel tells its labels.
 */
export function fitOf({ columns, rows, wraps, keyed }: Shape, room: number): Fit | null {
  if (room <= 0) return null;
  const free = room - (keyed ? KEY : 0);
  const most = Math.max(1, Math.floor(free / (LEAST + BESIDE)));
  const found = wraps ? Math.min(columns, most) : ([columns, rows].find((count) => count <= most) ?? 1);
  const side = Math.floor((free / found - BESIDE) / STEP) * STEP;
  const width = Math.max(NARROWEST, Math.min(GREATEST, side));
  return { columns: found, width, height: Math.max(LOWEST, Math.round((width * 3) / 4)) };
}

function gridOf(document: unknown): Grid | null {
  const [root] = (document as { roots: Partial<Grid>[] }).roots;
  const children = root?.attributes?.children;
  const whole = Array.isArray(children) && children.every((one) => Array.isArray(one) && 'attributes' in one[0]);
  return whole ? (root as Grid) : null;
}

/** What there is to fit of a figure as Bokeh writes it; null for one that is a single panel. */
export function shapeOf(document: unknown): Shape | null {
  const grid = gridOf(document);
  if (!grid) return null;
  const { children, tags = [] } = grid.attributes;
  return {
    columns: 1 + Math.max(...children.map(([, , column]) => column)),
    rows: 1 + Math.max(...children.map(([, row]) => row)),
    wraps: tags.includes(WRAPS),
    keyed: children.some(([figure]) => (figure.attributes.right ?? []).length > 0),
  };
}

/** What a character of a title takes, and how far a title reaches beyond its frame, in pixels. */
const [CHARACTER, BEYOND] = [8, 8];

/** A title in as many lines as a width makes of its parts: none of its labels may be cut off. */
function broken(title: string, width: number): string {
  const most = Math.floor((width + BEYOND) / CHARACTER);
  return title.split(', ').reduce((sofar, part) => {
    const line = sofar.slice(sofar.lastIndexOf('\n') + 1);
    return `${sofar},${line.length + part.length + 2 > most ? '\n' : ' '}${part}`;
  });
}

/** Let the panels of a figure, as Bokeh writes it, stand as they fit. */
export function place(document: unknown, fit: Fit): void {
  const [grid, shape] = [gridOf(document), shapeOf(document)];
  if (!grid || !shape) return;
  const stand = (row: number, column: number, number: number): readonly [number, number] => {
    if (!shape.wraps && fit.columns === shape.columns) return [row, column];
    if (!shape.wraps && fit.columns === shape.rows) return [column, row];
    return [Math.floor(number / fit.columns), number % fit.columns];
  };
  grid.attributes.children = grid.attributes.children.map(([figure, row, column], number): Place => {
    Object.assign(figure.attributes, { frame_width: fit.width, frame_height: fit.height });
    const title = figure.attributes.title?.attributes;
    if (typeof title?.text === 'string') title.text = broken(title.text, fit.width);
    return [figure, ...stand(row, column, number)];
  });
}

/** The width of the page below which the tools of a single figure stand above it, in pixels. */
const TOOLS_BESIDE = 480;

/** Whether a page is too narrow for the tools of a figure beside it. */
export function isNarrow(room: number): boolean {
  return room > 0 && room < TOOLS_BESIDE;
}

/** Put the tools of a single figure above it, where they take no width from it. */
export function putToolsAbove(document: unknown): void {
  const [root] = (document as { roots: Partial<Figure>[] }).roots;
  if (root?.attributes && !gridOf(document)) root.attributes.toolbar_location = 'above';
}
