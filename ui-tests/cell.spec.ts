import { Notebook } from './notebooks';
import { expect, test } from './page';

const study = (store: string): string =>
  [
    'import time',
    'import xyzpy_widgets as xyz',
    'def slow(a: int):',
    '    time.sleep(0.1)',
    '    return a',
    `harvester = xyz.Harvester(xyz.Runner(slow, "out"), "${store}")`,
  ].join('\n');

const harvest = 'harvester.harvest_combos({"a": range(1000)}).sizes["a"]';
const counted = 'print("kept", int((harvester.status == 1).sum()) > 0)';

test('a cell that waits for its run is stopped from its monitor, and reads as text afterwards', async ({
  page,
  complaints,
}) => {
  const notebook = new Notebook(page, 'stopped.ipynb');
  await notebook.open([study('stopped.h5'), harvest, counted]);
  await notebook.run(0);
  await notebook.run(1);
  const output = notebook.output(1);
  await expect(output.getByText(/^[1-9]\d* of 1,000$/)).toBeVisible();
  await expect(notebook.cell(1)).toContainText('[*]:');
  await output.getByRole('button', { name: 'Stop' }).click();
  await expect(output).toContainText(/slow\(a\)\s*[1-9]\d* of 1000 done, stopped after/);
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText('kept True');
  await notebook.save();

  await notebook.restart();
  await notebook.visit();
  await expect(output).toContainText(/of 1000 done, stopped after/);
  expect(complaints.filter((one) => !one.includes('debugger'))).toEqual([]);
});

test("the kernel's interrupt ends a run cleanly, with everything finished kept", async ({ page, complaints }) => {
  const notebook = new Notebook(page, 'interrupted.ipynb');
  await notebook.open([study('interrupted.h5'), harvest, counted]);
  await notebook.run(0);
  await notebook.run(1);
  const output = notebook.output(1);
  await expect(output.getByText(/^[1-9]\d* of 1,000$/)).toBeVisible();
  await page.getByRole('button', { name: 'Interrupt the kernel' }).click();
  await expect(output).toContainText('KeyboardInterrupt');
  await expect(output).toContainText(/[1-9]\d* of 1000 done, stopped after/);
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText('kept True');
  expect(complaints).toEqual([]);
});

test('a kernel that hears no messages while it is busy is told through a file', async ({ page, complaints }) => {
  const notebook = new Notebook(page, 'deaf.ipynb');
  const deaf = [
    'from xyzpy_widgets.widgets import live, route',
    'route.hears_while_busy = lambda: False',
    'live.heard_while_busy = lambda widget: None',
  ].join('\n');
  await notebook.open([study('deaf.h5'), deaf, harvest]);
  for (const place of [0, 1, 2]) await notebook.run(place);
  const output = notebook.output(2);
  await expect(output.getByText(/^[1-9]\d* of 1,000$/)).toBeVisible();
  await output.getByRole('button', { name: 'Stop' }).click();
  await expect(output).toContainText(/[1-9]\d* of 1000 done, stopped after/);
  expect(complaints).toEqual([]);
});
