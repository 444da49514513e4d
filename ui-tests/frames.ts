import type { Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, test } from './page';

const UPDATES = 20;

const FIELD = `
import time
import numpy as np
import xarray as xr

def field(turn):
    x = np.linspace(0, 6, 60)
    return xr.DataArray(np.sin(np.add.outer(x, x) + turn), {"a": x, "b": x}, ["a", "b"], name="z")
`;

/** Without a network the others find BokehJS only where they are told to write it into the notebook. */
const INLINE = `
import holoviews as hv
import panel as pn
hv.extension.inline = True
pn.config.inline = True
import hvplot.xarray
`;

/** What shows a plot as \`shown\`, and changes it by \`update(values)\`. */
const WAYS: Readonly<Record<string, string>> = {
  'xyzpy_widgets, what differs': `
from xyzpy_widgets.views.plots import plot
from xyzpy_widgets.widgets.bokeh_view import BokehView
shown = BokehView(plot(field(0), kind="heatmap"))
def update(values):
    shown.show(plot(values, kind="heatmap"))`,
  'Output with clear_output': `${INLINE}
import ipywidgets
from IPython.display import display
shown = ipywidgets.Output()
def update(values):
    with shown:
        shown.clear_output(wait=True)
        display(values.hvplot.quadmesh(x="b", y="a", dynamic=False))
update(field(0))`,
  'pn.ipywidget, another object': `${INLINE}
pane = pn.pane.HoloViews(field(0).hvplot.quadmesh(x="b", y="a", dynamic=False))
shown = pn.ipywidget(pane)
def update(values):
    pane.object = values.hvplot.quadmesh(x="b", y="a", dynamic=False)`,
  'jupyter_bokeh, DynamicMap': `
from bokeh.io import output_notebook
from bokeh.resources import INLINE
output_notebook(INLINE, hide_banner=True)
${INLINE}
import jupyter_bokeh
pipe = hv.streams.Pipe(data=field(0))
dynamic = hv.DynamicMap(lambda data: data.hvplot.quadmesh(x="b", y="a", dynamic=False), streams=[pipe])
shown = jupyter_bokeh.BokehModel(hv.renderer("bokeh").get_plot(dynamic).state)
def update(values):
    pipe.send(values)`,
};

const LOOP = `
spent = []
for turn in range(1, ${UPDATES.toString()} + 1):
    began = time.perf_counter()
    update(field(turn))
    spent.append(time.perf_counter() - began)
    time.sleep(max(0, 0.4 - spent[-1]))
print(f"kernel {1000 * np.median(spent):.0f} ms")
`;

/** What a page has seen: how long each frame took, in milliseconds, and what became of the plot's canvas. */
interface Seen {
  readonly frames: number[];
  blank: number;
  swaps: number;
}

/** Look at the first output at every frame, until told to stop. */
async function look(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { frames: [] as number[], blank: 0, swaps: 0, over: false };
    const canvasIn = (node: ParentNode): HTMLCanvasElement | null => {
      for (const one of node.querySelectorAll<HTMLElement>('*')) {
        const found = one instanceof HTMLCanvasElement ? one : one.shadowRoot && canvasIn(one.shadowRoot);
        if (found && found.width > 0) return found;
      }
      return null;
    };
    const output = document.querySelectorAll('.jp-Notebook .jp-Cell')[1] ?? document.body;
    let [before, canvas] = [performance.now(), canvasIn(output)];
    const frame = (now: number): void => {
      seen.frames.push(now - before);
      before = now;
      const found = canvasIn(output);
      if (!found) seen.blank += 1;
      else if (found !== canvas) [canvas, seen.swaps] = [found, seen.swaps + 1];
      if (!seen.over) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, { seen });
  });
}

function seenBy(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const { seen } = window as unknown as { seen: Seen & { over: boolean } };
    seen.over = true;
    return seen;
  });
}

function share(values: readonly number[], part: number): string {
  const ordered = [...values].sort((one, other) => one - other);
  return (ordered[Math.min(ordered.length - 1, Math.floor(part * ordered.length))] ?? Number.NaN).toFixed(0);
}

for (const [name, way] of Object.entries(WAYS)) {
  test(name, async ({ page }) => {
    await page.route(
      (url) => url.hostname !== '127.0.0.1',
      (route) => route.abort(),
    );
    const notebook = new Notebook(page, 'frames.ipynb');
    await notebook.open([FIELD + way, 'shown', LOOP]);
    await notebook.run(0);
    await notebook.run(1);
    await notebook.ready();
    const there = await notebook
      .output(1)
      .locator('canvas')
      .first()
      .waitFor({ timeout: 20_000 })
      .then(() => true)
      .catch(() => false);
    if (!there) {
      process.stdout.write(`  ${name.padEnd(30)} shows nothing without a network\n`);
      return;
    }
    await look(page);
    await notebook.run(2);
    await expect(notebook.output(2)).toContainText('kernel');
    const { frames, blank, swaps } = await seenBy(page);
    const kernel = (await notebook.output(2).innerText()).replace(/[^\d]+/g, '');
    const times = [kernel, share(frames, 0.5), share(frames, 0.95), share(frames, 1)].map((one) =>
      `${one} ms`.padStart(8),
    );
    const counts = [blank, swaps].map((one) => one.toString().padStart(7));
    process.stdout.write(`  ${name.padEnd(30)}${[...times, ...counts].join('')}\n`);
  });
}
