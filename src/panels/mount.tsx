import type { AnyWidget } from '@anywidget/types';
import { render, type ComponentType } from 'preact';

import { wearTheme } from '../components/theme';
import type { CommonTraits, WidgetTraits } from '../protocol';
import { type Model, observe } from '../sync';
import { keepFocus } from './focus';
import { offerPrimary, pressPrimary } from './primary';

/** What a panel is given: the traits as they are now, and the means to act on them. */
export interface PanelProps<Traits extends object> {
  readonly traits: Readonly<Traits>;
  readonly model: Model<Traits>;
  /** The element that holds the panel. */
  readonly root: HTMLElement;
  /** Aborted when the view is closed. */
  readonly signal: AbortSignal;
}

/** Call `act` at most once for each frame, however often it is asked for. */
export function coalesced(act: () => void, signal: AbortSignal): () => void {
  let frame = 0;
  signal.addEventListener('abort', () => {
    cancelAnimationFrame(frame);
  });
  return () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (!signal.aborted) act();
    });
  };
}

/**
 * Keep the keys that are pressed within a widget from the application's own shortcuts: a letter typed on a button must
 * not delete a cell. Combinations with Ctrl, such as those that save and undo, still reach it; but for Ctrl+Enter.
 */
function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  const claim = (event: KeyboardEvent): void => {
    const chord = event.ctrlKey || event.metaKey;
    root.toggleAttribute('data-lm-suppress-shortcuts', !chord || event.key === 'Enter');
  };
  // before the application, which listens on the document
  window.addEventListener('keydown', claim, { capture: true, signal });
  const press = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 'Enter') return;
    event.preventDefault();
    pressPrimary(root);
  };
  root.addEventListener('keydown', press, { signal });
}

/** A widget that shows a panel, drawn anew at most once for each frame; `defaults` names its traits. */
export function widgetOf<Traits extends CommonTraits>(
  name: keyof WidgetTraits,
  defaults: Traits,
  Panel: ComponentType<PanelProps<Traits>>,
): AnyWidget<Traits> {
  const names = Object.keys(defaults) as (keyof Traits & string)[];
  return {
    render({ model, el }) {
      const closed = new AbortController();
      const root = document.createElement('section');
      root.className = `xyzpy xyzpy-${name}`;
      el.append(root);
      wearTheme(root, closed.signal);
      const draw = (): void => {
        const traits = Object.fromEntries(names.map((key) => [key, model.get(key)])) as unknown as Traits;
        root.dataset.panel = traits.panel;
        render(<Panel traits={traits} model={model} root={root} signal={closed.signal} />, root);
      };
      observe(model, names, coalesced(draw, closed.signal), closed.signal);
      keepKeys(root, closed.signal);
      keepFocus(root, closed.signal);
      offerPrimary(root, closed.signal);
      draw();
      return () => {
        closed.abort();
        render(null, root);
      };
    },
  };
}
