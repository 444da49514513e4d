import { Notebook } from './notebook';
import { expect, test } from './page';

const FIGURE = `
import numpy as np, xarray as xr, ipywidgets
from xyzpy_widgets.views.plots import plot
from xyzpy_widgets.widgets.bokeh_view import BokehView
labels = {"C": [0.1, 1.0, 10.0], "gamma": [1e-3, 1e-2, 1e-1, 1.0]}
data = xr.DataArray(np.arange(12.0).reshape(3, 4), labels, ["C", "gamma"], name="accuracy")
view = BokehView(plot(data))
ipywidgets.VBox([ipywidgets.Label("a figure"), view])
`;
const CHANGE = 'view.show(plot(data * 2)); print(view.revision)';
const RANGE = 'print(round(view.figure.root.x_range.start, 9))';

test('a figure works offline, changes in place and tells what is done in it', async ({ page, complaints }, info) => {
  // nothing but the server may be reached
  const refused: string[] = [];
  await page.route(
    (url) => url.hostname !== '127.0.0.1',
    async (route) => {
      refused.push(route.request().url());
      await route.abort();
    },
  );
  const notebook = await Notebook.open(page, 'figure.ipynb', [FIGURE, CHANGE, RANGE, 'view']);
  const output = await notebook.run(0);
  const canvas = output.locator('canvas').first();
  await expect(canvas).toBeVisible();
  await page.screenshot({ path: info.outputPath('figure.png') });

  await canvas.evaluate((element) => element.setAttribute('data-kept', 'yes'));
  expect(await notebook.printed(1)).toBe('1');
  await expect(output.locator('canvas[data-kept]')).toHaveCount(1);

  const before = await notebook.printed(2);
  const box = await canvas.boundingBox();
  if (!box) throw new Error('the canvas has no place');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect(async () => {
    expect(await notebook.printed(2)).not.toBe(before);
  }).toPass();

  const second = await notebook.run(3);
  await expect(second.locator('canvas').first()).toBeVisible();
  expect(refused).toEqual([]);
  expect(complaints).toEqual([]);
});
