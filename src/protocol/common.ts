/** What every widget has. */

/** What every widget has. */
export interface CommonTraits {
  /** The panel that it belongs to; widgets with one panel act as one. */
  panel: string;
}
