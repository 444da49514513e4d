/** What a widget asks of the application around it, by events of the page. */

import type { ControlWord } from './run';

/**
 * The events, each of which bubbles from the widget's element and can be cancelled: an application that serves it calls
 * `preventDefault`, and a widget whose event nobody served knows that it is alone.
 */
export const HOST_EVENTS = {
  /** Is there a notebook around, and an application that inserts cells? No detail. */
  probe: 'xyzpy:probe',
  /** Insert a cell with this code below the cell that shows the widget. */
  insertCell: 'xyzpy:insert-cell',
  /** Write a word into the control file, as the kernel may be too busy to read the message that says the same. */
  control: 'xyzpy:control',
} as const;

export interface InsertCellDetail {
  readonly code: string;
}

export interface ControlDetail {
  readonly path: string;
  readonly word: ControlWord;
}

/**
 * The description of the symbol (`Symbol.for`) under which the page holds a catalogue of translations: an object with the
 * functions `__`, `_n` and `_p` of gettext. An application that puts none there is spoken to in English.
 */
export const TRANSLATION = 'xyzpy_widgets.translation';

/** Marks an output that holds a widget, and beside it as HTML a card that is shown while the widget is not there. */
export const STILL_MIME = 'application/vnd.xyzpy.still+json';
