/** What stands in an output of a notebook while no widget lives there: the card that the kernel left beside it. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

import { STILL_MIME } from './protocol';

type Registry = NotebookPanel['content']['rendermime'];

const VIEW_MIME = 'application/vnd.jupyter.widget-view+json';
const CARD_MIME = 'text/html';
/** Before that of the widget manager, which is -10. */
const RANK = -20;

/** Whether a widget's view stands in the node that its renderer fills. */
function lives(renderer: IRenderMime.IRenderer): boolean {
  return [...renderer.children()].some(({ isDisposed }) => !isDisposed);
}

/** Let the renderer of a widget show the card of its output for as long as the widget is not there. */
function withCard(renderer: IRenderMime.IRenderer, registry: Registry): IRenderMime.IRenderer {
  const render = renderer.renderModel.bind(renderer);
  renderer.renderModel = async (model) => {
    const card = registry.createRenderer(CARD_MIME);
    card.addClass('xyzpy-Still');
    renderer.disposed.connect(() => {
      card.dispose();
    });
    const rendered = render(model);
    await card.renderModel(model);
    if (!lives(renderer)) renderer.node.replaceChildren(card.node);
    try {
      await rendered;
    } finally {
      if (lives(renderer)) {
        card.dispose();
        card.node.remove();
      } else {
        renderer.node.replaceChildren(card.node);
      }
    }
  };
  return renderer;
}

/** Return what renders the outputs of a notebook that hold a widget and a card. */
export function stillFactory(registry: Registry): IRenderMime.IRendererFactory {
  return {
    safe: false,
    mimeTypes: [STILL_MIME],
    createRenderer: () =>
      registry.getFactory(VIEW_MIME)
        ? withCard(registry.createRenderer(VIEW_MIME), registry)
        : registry.createRenderer(CARD_MIME),
  };
}

/** Keep the cards of all notebooks of an application, those that are opened later too. */
export function keepStills(tracker: INotebookTracker): void {
  const keep = ({ content: { rendermime } }: NotebookPanel): void => {
    rendermime.addFactory(stillFactory(rendermime), RANK);
  };
  tracker.forEach(keep);
  tracker.widgetAdded.connect((_, panel) => {
    keep(panel);
  });
}
