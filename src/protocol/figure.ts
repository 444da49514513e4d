/** A figure of Bokeh's: the library, the document and its patches. */

import type { CommonTraits } from './common';

/** What every widget with a figure has. */
export interface FigureTraits extends CommonTraits {
  /** The version of BokehJS that the kernel sends. */
  bokeh: string;
  /** Grows with every figure that replaces another; a change of the figure itself comes as a patch. */
  revision: number;
  /** A still picture of the figure as SVG, shown until it is drawn and where no kernel lives; may be empty. */
  picture: string;
}

export const BOKEH_VIEW: FigureTraits = { panel: '', bokeh: '', revision: 0, picture: '' };

/** What was done to the figure in a view: Bokeh's own patch, as JSON. */
export interface PatchMessage {
  readonly kind: 'patch';
  readonly view: string;
  readonly content: string;
}

/** BokehJS. */
export interface LibraryRequest {
  readonly kind: 'library';
}

/** The figure as it is now. */
export interface FigureRequest {
  readonly kind: 'figure';
}

/** BokehJS, packed with gzip and written in base 64. */
export interface LibraryReply {
  readonly packed: string;
}

/** Bokeh's document as JSON, with all patches up to a serial number in it. */
export interface FigureReply {
  readonly json: string;
  readonly serial: number;
}

/** The figure changed: Bokeh's own patch as JSON, which refers to the buffers by `ids`. */
export interface FigurePatchMessage {
  readonly kind: 'patch';
  readonly content: string;
  readonly ids: readonly string[];
  /** The view where it was done, which knows it; empty where the kernel did it. */
  readonly origin: string;
  /** Counts the patches of a widget. */
  readonly serial: number;
}
