import type { AnyWidget, RenderProps } from '@anywidget/types';

import failures from '../../src/widgets/failures';
import planCard from '../../src/widgets/plan_card';
import resultsExplorer from '../../src/widgets/results_explorer';
import runMonitor from '../../src/widgets/run_monitor';
import spaceEditor from '../../src/widgets/space_editor';
import { ANSWERS, GALLERY } from '../../tests/js/fixtures';
import { FakeModel } from '../../tests/js/model';

const WIDGETS = {
  SpaceEditor: spaceEditor,
  PlanCard: planCard,
  RunMonitor: runMonitor,
  Failures: failures,
  ResultsExplorer: resultsExplorer,
} as unknown as Readonly<Record<string, AnyWidget>>;

/** Show one state of one widget in the element of the page, as a notebook would. The model is `window.model`. */
export async function show(name: string): Promise<void> {
  const shown = GALLERY.find((one) => one.name === name);
  const found = shown && WIDGETS[shown.widget];
  const el = document.querySelector<HTMLElement>('#widget');
  if (!shown || !found || !el) throw new Error(`The gallery has no ${name}.`);
  if (shown.gone) el.classList.add('jupyter-widgets-disconnected');
  el.addEventListener('xyzpy:probe', (event) => {
    event.preventDefault();
  });
  const widget = typeof found === 'function' ? await found() : found;
  const model = new FakeModel({ ...shown.traits }, ANSWERS);
  Object.assign(window, { model });
  await widget.render?.({ model: model.any, el, signal: new AbortController().signal } as unknown as RenderProps);
}

Object.assign(window, { show });
