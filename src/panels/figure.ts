import {
  inkStyles,
  keepLibrary,
  keptLibrary,
  paintInk,
  type Shelf,
  shelfOf,
  unpackLibrary,
} from '../../xyzpy_widgets/views/bokeh';
import { onTheme } from '../components/theme';
import { type Fit, fitOf, isNarrow, place, putToolsAbove, type Shape, shapeOf } from '../core/facets';
import type { FigurePatchMessage, FigureTraits } from '../protocol';
import { ask, listen, type Model, observe, tell } from '../sync';

/** The parts of BokehJS that are used. */
interface BokehEvent {
  readonly sync?: boolean;
  readonly document: BokehDocument;
  readonly events?: readonly BokehEvent[];
}
interface BokehDocument {
  readonly is_idle: boolean;
  readonly idle: { connect: (act: () => void) => void };
  readonly views_manager?: { clear: () => void };
  on_change: (act: (event: BokehEvent) => void, batches: boolean) => void;
  create_json_patch: (events: readonly BokehEvent[]) => unknown;
  apply_json_patch: (patch: unknown, buffers: ReadonlyMap<string, ArrayBuffer>) => void;
  clear: (options: { sync: boolean }) => void;
}
interface Bokeh {
  require(name: 'document/document'): { Document: { from_json: (json: unknown) => BokehDocument } };
  require(name: 'embed/standalone'): {
    add_document_standalone: (document: BokehDocument, host: HTMLElement) => Promise<unknown>;
  };
}

/** How long what is done in a view is gathered before the kernel is told, in milliseconds. */
const GATHERED = 40;
/** How long colours and sizes of the page rest before a figure follows them, in milliseconds. */
const SETTLED = 100;

/** Unpack BokehJS, unless another figure has brought it meanwhile. */
function bring(shelf: Shelf, packed: string): void {
  if (shelf.unpacking) return;
  shelf.unpacking = true;
  shelf.resolve(unpackLibrary(packed));
}

/** BokehJS of the version that the kernel has: from another figure of the page, the browser's memory, or the kernel. */
async function libraryOf(model: Model<FigureTraits>, signal: AbortSignal): Promise<Bokeh> {
  const version = model.get('bokeh');
  const shelf = shelfOf(version);
  if (!shelf.unpacking) {
    const kept = await keptLibrary(version).catch(() => undefined);
    const packed = kept ?? (await ask(model, { kind: 'library' }, signal)).packed;
    bring(shelf, packed);
    if (kept === undefined) keepLibrary(version, packed).catch(() => undefined);
  }
  return (await shelf.library) as Bokeh;
}

function plain(_key: string, value: unknown): unknown {
  const packed = value as { to_base64?: () => string } | null;
  return typeof packed?.to_base64 === 'function' ? packed.to_base64() : value;
}

function idle(document: BokehDocument): Promise<void> {
  return new Promise((resolve) => {
    if (document.is_idle) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, 1000);
    document.idle.connect(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A figure in one view, in step with the kernel. */
class Figure {
  // a page that comes over plain HTTP has no crypto.randomUUID
  private readonly view = String(Math.random()).slice(2);
  private document: BokehDocument | null = null;
  private shown: HTMLElement | null = null;
  private waiting: (readonly [FigurePatchMessage, readonly DataView[]])[] = [];
  private turn = 0;
  private fetching = false;
  private serial = -1;
  private ink = '';
  private shape: Shape | null = null;
  private fit: Fit | null = null;
  private narrow = false;
  private done: BokehEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: Model<FigureTraits>,
    private readonly host: HTMLElement,
    private readonly signal: AbortSignal,
  ) {}

  /** Show the still picture until the figure is there. */
  preview(): void {
    const picture = this.model.get('picture');
    if (!picture || this.shown) return;
    const image = document.createElement('img');
    image.alt = '';
    image.src = `data:image/svg+xml,${encodeURIComponent(picture)}`;
    this.host.append(image);
    this.shown = image;
  }

  /** Fetch the figure, build it beside the one that is shown, and put it in its place once it is drawn. */
  async load(): Promise<void> {
    const turn = (this.turn += 1);
    this.fetching = true;
    const Bokeh = await libraryOf(this.model, this.signal);
    const { json, serial } = await ask(this.model, { kind: 'figure' }, this.signal);
    if (turn !== this.turn || !json) return;
    const parsed: unknown = JSON.parse(json);
    this.ink = getComputedStyle(this.host).color;
    paintInk(parsed, inkStyles(this.ink));
    this.shape = shapeOf(parsed);
    this.fit = this.shape && fitOf(this.shape, this.host.clientWidth);
    if (this.fit) place(parsed, this.fit);
    this.narrow = isNarrow(this.host.clientWidth);
    if (this.narrow) putToolsAbove(parsed);
    const next = Bokeh.require('document/document').Document.from_json(parsed);
    const frame = document.createElement('div');
    frame.className = 'xyzpy-figure-frame';
    frame.style.cssText = 'position: absolute; visibility: hidden';
    this.host.append(frame);
    await Bokeh.require('embed/standalone').add_document_standalone(next, frame);
    await idle(next);
    if (turn !== this.turn || this.signal.aborted) {
      frame.remove();
      return;
    }
    this.swap(next, frame, serial);
  }

  private swap(next: BokehDocument, frame: HTMLElement, serial: number): void {
    this.close();
    this.shown?.remove();
    frame.style.cssText = '';
    [this.document, this.shown, this.serial] = [next, frame, serial];
    next.on_change((event) => {
      this.done.push(...(event.events ?? [event]).filter((one) => one.sync !== false));
      this.timer ??= setTimeout(() => {
        this.report();
      }, GATHERED);
    }, true);
    this.fetching = false;
    const waiting = this.waiting;
    this.waiting = [];
    for (const [patch, buffers] of waiting) this.take(patch, buffers);
  }

  /** Tell the kernel what was done here. */
  private report(): void {
    this.timer = undefined;
    const events = this.done.filter((event) => event.document === this.document);
    this.done = [];
    if (!this.document || events.length === 0 || this.signal.aborted) return;
    const content = JSON.stringify(this.document.create_json_patch(events), plain);
    tell(this.model, { kind: 'patch', view: this.view, content });
  }

  /** Do what was done elsewhere. */
  take(patch: FigurePatchMessage, buffers: readonly DataView[]): void {
    if (!this.document || this.fetching) {
      this.waiting.push([patch, buffers]);
      return;
    }
    if (patch.serial <= this.serial) return;
    this.serial = patch.serial;
    if (patch.origin === this.view) return;
    const named = patch.ids.map((id, place) => {
      const { buffer, byteOffset = 0, byteLength = 0 } = buffers[place] ?? {};
      return [id, buffer?.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer] as const;
    });
    this.document.apply_json_patch(JSON.parse(patch.content), new Map(named));
  }

  /** Whether the page has other colours than those that are drawn in, or room for another layout. */
  get outdated(): boolean {
    const room = this.host.clientWidth;
    const fit = this.shape && fitOf(this.shape, room);
    const fits = this.shape
      ? fit === null || (fit.columns === this.fit?.columns && fit.width === this.fit.width)
      : room === 0 || isNarrow(room) === this.narrow;
    return this.document !== null && (getComputedStyle(this.host).color !== this.ink || !fits);
  }

  close(): void {
    this.document?.views_manager?.clear();
    this.document?.clear({ sync: false });
    this.document = null;
  }
}

/** Keep a figure in an element; what goes wrong is told to `fail`. */
export function mountFigure(
  model: Model<FigureTraits>,
  host: HTMLElement,
  signal: AbortSignal,
  fail: (said: string) => void,
): void {
  const figure = new Figure(model, host, signal);
  const load = (): void => {
    figure.load().catch((error: unknown) => {
      if (!signal.aborted) fail((error as Error).message);
    });
  };
  listen(
    model,
    (sent, buffers) => {
      if (sent.kind === 'patch') figure.take(sent, buffers);
    },
    signal,
  );
  observe(model, ['revision'], load, signal);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (figure.outdated) load();
    }, SETTLED);
  };
  signal.addEventListener('abort', onTheme(look));
  const sizes = new ResizeObserver(look);
  sizes.observe(host);
  signal.addEventListener('abort', () => {
    sizes.disconnect();
    clearTimeout(timer);
    figure.close();
  });
  figure.preview();
  if (model.get('revision') > 0) load();
}
