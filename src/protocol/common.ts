/** What every widget has. */

/** What every widget has. */
export interface CommonTraits {
  /** The panel that it belongs to; widgets with one panel act as one. */
  panel: string;
}

/** Whether something has named parts. */
export function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
