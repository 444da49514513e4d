import { Notebook } from './notebooks';
import { expect, offline, test } from './page';

const FIGURE = `
import numpy as np, xarray as xr, ipywidgets
from xyzpy_widgets.views.plots import plot
from xyzpy_widgets.widgets.bokeh_view import BokehView
labels = {"C": [0.1, 1.0, 10.0], "gamma": [1e-3, 1e-2, 1e-1, 1.0]}
data = xr.DataArray(np.arange(12.0).reshape(3, 4), labels, ["C", "gamma"], name="accuracy")
view = BokehView(plot(data))
pan = next(tool for tool in view.figure.root.toolbar.tools if type(tool).__name__ == "PanTool")
view.figure.root.toolbar.active_drag = pan
ipywidgets.VBox([ipywidgets.Label("a figure"), view])
`;

test('a figure works offline, changes in place and tells what is done in it', async ({ page, complaints }) => {
  const refused = await offline(page);
  const notebook = new Notebook(page, 'figure.ipynb');
  await notebook.open([
    FIGURE,
    'view.show(plot(data * 2)); print(f"revision {view.revision}")',
    'print(f"from {view.figure.root.x_range.start:.4g}")',
    'view',
  ]);
  await notebook.run(0);
  const canvas = notebook.output(0).locator('canvas').first();
  await expect(canvas).toBeVisible();

  await canvas.evaluate((element) => {
    element.setAttribute('data-kept', 'yes');
  });
  await notebook.run(1);
  await expect(notebook.output(1)).toContainText('revision 1');
  await expect(notebook.output(0).locator('canvas[data-kept]')).toHaveCount(1);

  await notebook.run(2);
  await expect(notebook.output(2)).toContainText('from 0.0003162');
  // a press that is held too long before it moves is no drag
  await expect(async () => {
    const box = await canvas.boundingBox();
    if (!box) throw new Error('the canvas has no place');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await notebook.run(2);
    await expect(notebook.output(2)).not.toContainText('from 0.0003162', { timeout: 2000 });
  }).toPass();

  await notebook.run(3);
  await expect(notebook.output(3).locator('canvas').first()).toBeVisible();
  expect(refused).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a notebook whose kernel is gone shows stills of what stood in it', async ({ page }) => {
  const notebook = new Notebook(page, 'stills.ipynb');
  await notebook.open([FIGURE, 'data.xyz.explore()', 'view', 'import xyzpy_widgets as xyz; xyz.panel(abs).editor']);
  for (const place of [0, 1, 2, 3]) await notebook.finish(place);
  await expect(notebook.output(1).locator('canvas').first()).toBeVisible();
  await notebook.save();
  notebook.forgetKernel();
  await notebook.look();
  for (const place of [1, 2]) {
    await expect(notebook.output(place).locator('img')).toBeVisible();
    await expect(notebook.output(place)).toContainText('run the cell again to see it live');
  }
  await expect(notebook.output(3)).toHaveText(/SpaceEditor: run the cell again to see it/);
  await expect(page.getByText('model not found')).toHaveCount(0);
});
