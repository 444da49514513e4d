import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';

import { trans } from './core/trans';
import { CONTROL_SUFFIX, HOST_EVENTS, isControlWord } from './protocol';

/** A notebook, and the place of the cell whose output holds a widget. */
export interface Holder {
  readonly panel: NotebookPanel;
  readonly place: number;
}

/** Find the cell that shows a widget; null for a widget that stands elsewhere, such as in a view of its own. */
function holderOf(tracker: INotebookTracker, widget: Node): Holder | null {
  const panel = tracker.find(({ node }) => node.contains(widget));
  const place = panel?.content.widgets.findIndex(({ node }) => node.contains(widget)) ?? -1;
  return panel && place >= 0 ? { panel, place } : null;
}

/** Insert code below a cell, and go there: it is the active cell, in view, and has the keyboard. Nothing runs. */
export function insertBelow({ panel, place }: Holder, code: string): void {
  const { content } = panel;
  content.model?.sharedModel.insertCell(place + 1, { cell_type: 'code', source: code, metadata: { trusted: true } });
  content.activeCellIndex = place + 1;
  content.mode = 'command';
  const cell = content.widgets[place + 1];
  if (cell) void content.scrollToCell(cell);
}

/** What the detail of an event holds under a name, where it is text. */
function textOf(event: Event, name: string): string {
  const detail: unknown = event instanceof CustomEvent ? event.detail : null;
  const value: unknown = typeof detail === 'object' && detail !== null ? Reflect.get(detail, name) : null;
  return typeof value === 'string' ? value : '';
}

/**
 * Serve the events of the widgets in the notebooks of an application.
 *
 * `amiss` is told of a control file that cannot be written.
 */
export function serveWidgets(
  page: EventTarget,
  tracker: INotebookTracker,
  contents: Pick<Contents.IManager, 'save'>,
  amiss: (said: string) => void,
): void {
  const serve = (name: string, act: (holder: Holder, event: Event) => void): void => {
    page.addEventListener(name, (event) => {
      const holder = event.target instanceof Node ? holderOf(tracker, event.target) : null;
      if (!holder) return;
      event.preventDefault();
      act(holder, event);
    });
  };
  serve(HOST_EVENTS.probe, () => undefined);
  serve(HOST_EVENTS.insertCell, (holder, event) => {
    insertBelow(holder, textOf(event, 'code'));
  });
  let written: Promise<unknown> = Promise.resolve();
  serve(HOST_EVENTS.control, (_, event) => {
    const [path, word] = [textOf(event, 'path'), textOf(event, 'word')];
    if (!path.endsWith(CONTROL_SUFFIX) || !isControlWord(word)) return;
    // one after the other, so that the last word stays
    written = written
      .then(() => contents.save(path, { type: 'file', format: 'text', content: word }))
      .catch((error: unknown) => {
        amiss(trans.__('%1, through which a busy kernel is reached, could not be written: %2', path, String(error)));
      });
  });
}
