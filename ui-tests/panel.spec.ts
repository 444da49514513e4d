import type { Locator } from '@playwright/test';

import { Notebook, type Shell } from './notebooks';
import { expect, test } from './page';

/** A study whose cases take a tenth of a second, and fail above a limit that a cell may lift. */
const study = (store: string): string =>
  [
    'import time',
    'import xyzpy_widgets as xyz',
    'limit = 9',
    'def energy(T: float, L: int):',
    '    time.sleep(0.1)',
    '    if T > limit:',
    '        raise ValueError("too hot")',
    '    return T * L',
    `harvester = xyz.Harvester(xyz.Runner(energy, "e", arg_attrs={"T": {"units": "K"}}), "${store}")`,
  ].join('\n');

async function setRange(panel: Locator, name: string, from: string, to: string, number: string): Promise<void> {
  const row = panel.getByRole('group', { name, exact: true });
  await row.getByRole('textbox', { name: 'From' }).fill(from);
  await row.getByRole('textbox', { name: 'To' }).fill(to);
  await row.getByRole('textbox', { name: 'Number' }).fill(number);
}

for (const shell of ['lab', 'notebook'] as Shell[]) {
  test(`choose, read the plan, run, watch it finish, and find it in the file: ${shell}`, async ({
    page,
    complaints,
  }) => {
    const notebook = new Notebook(page, `whole-${shell}.ipynb`, shell);
    await notebook.open([study(`whole-${shell}.h5`), 'harvester.panel()']);
    await notebook.run(0);
    await notebook.run(1);
    const panel = notebook.output(1);
    await expect(panel.getByRole('heading', { name: 'Parameters' })).toBeVisible();
    await setRange(panel, 'T', '1', '2', '5');
    await setRange(panel, 'L', '8', '32', '4');
    await expect(panel.getByText('5 × 4 = 20 cases')).toBeVisible();
    await panel.getByRole('button', { name: 'Show the code' }).click();
    await expect(panel.getByRole('region', { name: 'Python' })).toContainText(
      '{"T": np.linspace(1, 2, 5), "L": range(8, 33, 8)}',
    );

    await panel.getByRole('button', { name: 'Run 20 new cases' }).click();
    await expect(panel.getByRole('progressbar')).toBeVisible();
    await expect(panel.getByText('20 of 20', { exact: true })).toBeVisible();
    await expect(panel.getByText('All 20 cases are stored. Choose “All again” to run them anew.')).toBeVisible();

    const other = new Notebook(page, `other-${shell}.ipynb`, shell);
    await other.open([`import xyzpy_widgets as xyz; print(int(xyz.load_ds("whole-${shell}.h5").e.notnull().sum()))`]);
    await other.run(0);
    await expect(other.output(0)).toContainText('20');
    // Notebook reports errors of its own
    if (shell === 'lab') expect(complaints).toEqual([]);
  });
}

test('a case that fails is reproduced in a new cell, mended and run again', async ({ page, complaints }) => {
  const notebook = new Notebook(page, 'failing.ipynb');
  await notebook.open([study('failing.h5'), 'panel = harvester.panel()\npanel', 'limit = 99']);
  await notebook.run(0);
  await notebook.run(1);
  const panel = notebook.output(1);
  await setRange(panel, 'T', '8', '11', '4');
  await panel.getByRole('combobox', { name: 'How the values of L are given' }).selectOption('Fixed');
  await panel.getByRole('textbox', { name: 'Value of L' }).fill('4');
  await panel.getByRole('button', { name: 'Run 4 new cases' }).click();
  const group = panel.getByRole('region', { name: /ValueError, energy\(\), line 7/ });
  await expect(group).toContainText('too hot');
  await group.getByRole('button', { name: 'T=10', exact: true }).click();
  await expect(group.getByRole('region', { name: 'Traceback' })).toContainText('raise ValueError("too hot")');
  await group.getByRole('button', { name: 'Reproduce in a new cell' }).click();
  await expect(notebook.cell(2)).toContainText('harvester.fn(T=10.0, L=4)');
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText('ValueError: too hot');

  await notebook.run(3);
  await notebook.ready();
  await group.getByRole('button', { name: 'Retry these 2' }).click();
  await expect(panel.getByText('No case has failed.')).toBeVisible();
  await expect(panel.getByText(/^Nothing new: 2 stale\./)).toBeVisible();
  expect(complaints).toEqual([]);
});

test('a page that is loaded again shows the run as it stands, and steers it', async ({ page, complaints }) => {
  const notebook = new Notebook(page, 'reload.ipynb');
  await notebook.open([study('reload.h5'), 'harvester.panel()', 'time.sleep(600)']);
  await notebook.run(0);
  await notebook.run(1);
  const panel = notebook.output(1);
  await setRange(panel, 'T', '1', '2', '50');
  await setRange(panel, 'L', '1', '20', '20');
  await panel.getByRole('button', { name: 'Run 1,000 new cases' }).click();
  await expect(panel.getByText(/^[1-9]\d* of 1,000$/)).toBeVisible();
  await notebook.save();

  await notebook.visit();
  await expect(panel.getByText(/^[1-9]\d* of 1,000$/)).toBeVisible();
  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect(panel.getByText('Cases under way finish; no new ones begin.')).toBeVisible();
  await panel.getByRole('button', { name: 'Resume' }).click();

  // the kernel is busy with a cell, and the buttons act all the same
  await notebook.run(2);
  await expect(notebook.cell(2)).toContainText('[*]:');
  await panel.getByRole('button', { name: 'Cancel …' }).click();
  await panel.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(panel.getByText(/^Cancelled after .* reload\.h5\.$/)).toBeVisible();
  await expect(notebook.cell(2)).toContainText('[*]:');
  await page.getByRole('button', { name: 'Interrupt the kernel' }).click();
  await notebook.ready();
  expect(complaints).toEqual([]);
});

test('a new kernel finds what is unfinished, and one click goes on with it', async ({ page, complaints }) => {
  const notebook = new Notebook(page, 'found.ipynb');
  const half = 'harvester.harvest_combos({"T": [1.0, 10.0], "L": [1, 2]}, on_error="continue", verbosity=0)';
  await notebook.open([`${study('found.h5')}\nlimit = 9\n${half}\nlimit = 99`, 'harvester.panel()']);
  await notebook.run(0);
  await notebook.run(1);
  const panel = notebook.output(1);
  await expect(panel).toContainText('In found.h5.');
  await panel.getByRole('button', { name: 'Go on with the 2 left' }).click();
  await expect(panel.getByText(/^Nothing new: 2 stale\./)).toBeVisible();
  expect(complaints).toEqual([]);
});

for (const shell of ['lab', 'notebook'] satisfies Shell[]) {
  test(`a panel of a kernel that is gone tells how it stood (${shell})`, async ({ page, complaints }) => {
    const notebook = new Notebook(page, `gone-${shell}.ipynb`, shell);
    await notebook.open([study(`gone-${shell}.h5`), 'harvester.panel()']);
    await notebook.finish(0);
    await notebook.finish(1);
    const panel = notebook.output(1);
    await expect(panel.getByRole('heading', { name: 'Parameters' })).toBeVisible();
    await notebook.save();

    await notebook.restart();
    await notebook.visit();
    await expect(panel.getByText('run the cell again to see the panel')).toBeVisible();
    await expect(panel).toContainText('energy(T, L)');
    await expect(panel).not.toContainText('model not found');
    await notebook.finish(0);
    await notebook.finish(1);
    await expect(panel.getByRole('heading', { name: 'Parameters' })).toBeVisible();
    await expect(panel).not.toContainText('run the cell again to see the panel');
    await notebook.save();

    notebook.forgetKernel();
    await notebook.look();
    await expect(panel.getByText('run the cell again to see the panel')).toBeVisible();
    // the widget manager reports the model that it does not find, and Notebook errors of its own
    if (shell === 'lab') expect(complaints.filter((one) => !/model|debugger/.test(one))).toEqual([]);
  });
}
