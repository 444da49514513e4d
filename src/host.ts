/** What a widget asks of the application around it, which may not be there. */

import { HOST_EVENTS, type ControlDetail, type InsertCellDetail } from './protocol';

function served(from: Element, name: string, detail: unknown): boolean {
  const event = new CustomEvent(name, { bubbles: true, cancelable: true, composed: true, detail });
  return !from.dispatchEvent(event);
}

/** Whether the application around an element inserts cells. */
export function insertsCells(from: Element): boolean {
  return served(from, HOST_EVENTS.probe, null);
}

/** Insert a cell below the one that holds an element; false when no application did. */
export function insertCell(from: Element, code: string): boolean {
  const detail: InsertCellDetail = { code };
  return served(from, HOST_EVENTS.insertCell, detail);
}

/** Ask the application to reach a busy kernel through its control file. */
export function control(from: Element, detail: ControlDetail): void {
  if (detail.path) served(from, HOST_EVENTS.control, detail);
}
