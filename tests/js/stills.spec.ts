import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Panel, Widget } from '@lumino/widgets';
import { describe, expect, test } from 'vitest';

import { STILL_MIME } from '../../src/protocol';
import { keepStills, stillFactory } from '../../src/stills';

type Registry = NotebookPanel['content']['rendermime'];

const VIEW_MIME = 'application/vnd.jupyter.widget-view+json';

/** A renderer of widgets as the widget manager has it: it writes words until there is a view, or an error. */
class WidgetRenderer extends Panel implements IRenderMime.IRenderer {
  resolve: (view: Widget | null) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  private readonly answered = new Promise<Widget | null>((resolve, reject) => {
    [this.resolve, this.reject] = [resolve, reject];
  });

  async renderModel(): Promise<void> {
    this.node.textContent = 'Loading widget...';
    const view = await this.answered;
    this.node.textContent = view ? '' : 'Error displaying widget: model not found';
    if (view) this.addWidget(view);
  }
}

class CardRenderer extends Widget implements IRenderMime.IRenderer {
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.node.innerHTML = model.data['text/html'] as string;
    return Promise.resolve();
  }
}

/** The renderers of a notebook, with or without a widget manager. */
function registry(managed: boolean) {
  const factories = new Map<string, IRenderMime.IRendererFactory>();
  const ranks = new Map<string, number | undefined>();
  const add = (mimeType: string, createRenderer: () => IRenderMime.IRenderer): void => {
    factories.set(mimeType, { safe: true, mimeTypes: [mimeType], createRenderer });
  };
  add('text/html', () => new CardRenderer());
  if (managed) add(VIEW_MIME, () => new WidgetRenderer());
  const all = {
    ranks,
    getFactory: (mimeType: string) => factories.get(mimeType),
    createRenderer: (mimeType: string) => factories.get(mimeType)?.createRenderer({} as never),
    addFactory: (factory: IRenderMime.IRendererFactory, rank?: number) => {
      for (const mimeType of factory.mimeTypes) {
        factories.set(mimeType, factory);
        ranks.set(mimeType, rank);
      }
    },
  };
  return all as unknown as Registry & { ranks: typeof ranks };
}

const model = { data: { 'text/html': '<b>3 of 9 done</b>' } } as unknown as IRenderMime.IMimeModel;

function rendered() {
  const renderer = stillFactory(registry(true)).createRenderer({} as never) as WidgetRenderer;
  const plain: IRenderMime.IRenderer = renderer;
  return { renderer, done: plain.renderModel(model) };
}

describe('an output whose widget does not live', () => {
  test('shows its card instead of an error', async () => {
    const { renderer, done } = rendered();
    renderer.resolve(null);
    await done;
    expect(renderer.node.textContent).toBe('3 of 9 done');
  });

  test('shows its card while nobody knows whether the widget lives, and the widget once it does', async () => {
    const { renderer, done } = rendered();
    await expect.poll(() => renderer.node.textContent).toBe('3 of 9 done');
    const view = new Widget();
    view.node.textContent = 'the panel';
    renderer.resolve(view);
    await done;
    expect(renderer.node.textContent).toBe('the panel');
  });

  test('shows its card where there is no widget manager', async () => {
    const renderer = stillFactory(registry(false)).createRenderer({} as never);
    await renderer.renderModel(model);
    expect(renderer.node.textContent).toBe('3 of 9 done');
  });

  test('keeps its card when the widget cannot be drawn, and says why it cannot', async () => {
    const { renderer, done } = rendered();
    renderer.reject(new Error('no class'));
    await expect(done).rejects.toThrow('no class');
    expect(renderer.node.textContent).toBe('3 of 9 done');
    renderer.dispose();
  });
});

test('every notebook keeps its cards, whenever it was opened, and before the widget manager has a say', () => {
  const [opened, later] = [registry(true), registry(true)];
  const panelOf = (rendermime: Registry) => ({ content: { rendermime } }) as unknown as NotebookPanel;
  let open: (sender: unknown, panel: NotebookPanel) => void = () => undefined;
  keepStills({
    forEach: (act: (panel: NotebookPanel) => void) => {
      act(panelOf(opened));
    },
    widgetAdded: { connect: (act: typeof open) => (open = act) },
  } as never);
  open(null, panelOf(later));
  expect([opened.ranks.get(STILL_MIME), later.ranks.get(STILL_MIME)]).toEqual([-20, -20]);
});
