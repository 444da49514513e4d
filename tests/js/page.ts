/** A widget on a page without a browser, and ways to find its parts as a reader does: by role and by text. */

import type { AnyWidget, RenderProps } from '@anywidget/types';
import { onTestFinished, vi } from 'vitest';

import { Failures } from '../../src/panels/Failures';
import { widgetOf } from '../../src/panels/mount';
import { PlanCard } from '../../src/panels/PlanCard';
import { ResultsExplorer } from '../../src/panels/ResultsExplorer';
import { RunMonitor } from '../../src/panels/RunMonitor';
import { SpaceEditor } from '../../src/panels/SpaceEditor';
import { DEFAULTS, type WidgetTraits } from '../../src/protocol';
import { type Answers, FakeModel } from './model';

const WIDGETS = {
  SpaceEditor: widgetOf('SpaceEditor', DEFAULTS.SpaceEditor, SpaceEditor),
  PlanCard: widgetOf('PlanCard', DEFAULTS.PlanCard, PlanCard),
  RunMonitor: widgetOf('RunMonitor', DEFAULTS.RunMonitor, RunMonitor),
  Failures: widgetOf('Failures', DEFAULTS.Failures, Failures),
  ResultsExplorer: widgetOf('ResultsExplorer', DEFAULTS.ResultsExplorer, ResultsExplorer),
};

/** A widget on the page, with its model. */
export interface Shown<Traits extends object> {
  readonly model: FakeModel<Traits>;
  readonly view: HTMLElement;
  readonly close: () => Promise<void>;
}

/** Every observer of the page that tells whether an element can be seen, as if all could. */
class SeenObserver {
  constructor(private act: (entries: readonly { readonly isIntersecting: boolean }[]) => void) {}

  observe(): void {
    this.act([{ isIntersecting: true }]);
  }

  disconnect(): void {
    this.act = () => undefined;
  }
}

/** Show a widget with these traits until the test is over. */
export async function show<Name extends keyof typeof WIDGETS>(
  name: Name,
  traits: WidgetTraits[Name],
  answers: Answers = {},
): Promise<Shown<WidgetTraits[Name]>> {
  vi.stubGlobal('IntersectionObserver', SeenObserver);
  const view = document.createElement('div');
  document.body.append(view);
  const model = new FakeModel({ ...traits }, answers);
  const found = WIDGETS[name] as AnyWidget;
  const widget = typeof found === 'function' ? await found() : found;
  const signal = new AbortController().signal;
  const end = await widget.render?.({ model: model.any, el: view, signal } as unknown as RenderProps);
  const close = async (): Promise<void> => {
    await end?.();
    view.remove();
  };
  onTestFinished(close);
  return { model, view, close };
}

/** Wait until what is asserted holds, however busy the machine is; return what it gives. */
export function soon<Found>(holds: () => Found): Promise<Found> {
  return vi.waitFor(holds, { timeout: 60_000 });
}

/** The panel within a view. */
export function rootOf(view: HTMLElement): Element {
  const root = view.firstElementChild;
  if (!root) throw new Error('The view is empty.');
  return root;
}

function named(element: Element): string {
  return (element.getAttribute('aria-label') ?? element.textContent).trim();
}

/** The button with this name; a name in part is enough. */
export function button(view: ParentNode, name: string): HTMLButtonElement {
  const found = [...view.querySelectorAll('button')].find((element) => named(element).includes(name));
  if (!found) throw new Error(`There is no button ${name}.`);
  return found;
}

/** The field with this label. */
export function field(view: ParentNode, label: string): HTMLInputElement {
  const fields = [...view.querySelectorAll<HTMLInputElement>('input, select, textarea')];
  const found = fields.find((element) =>
    (element.getAttribute('aria-label') ?? element.closest('label')?.textContent)?.includes(label),
  );
  if (!found) throw new Error(`There is no field ${label}.`);
  return found;
}

/** Type into a field, or choose in a list. */
export function type(element: HTMLInputElement, value: string): void {
  element.value = value;
  element.dispatchEvent(new Event(element.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
}

/** Press a key while an element has the focus. */
export function press(element: Element, key: string, keys: KeyboardEventInit = {}): void {
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...keys }));
}

/** Serve an event of a widget as an application does; what it asks for is collected. */
export function serve(view: HTMLElement, name: string): unknown[] {
  const details: unknown[] = [];
  view.addEventListener(name, (event) => {
    event.preventDefault();
    details.push((event as CustomEvent).detail);
  });
  return details;
}
