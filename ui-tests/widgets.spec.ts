import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { GROUPS, PROGRESS } from '../tests/js/fixtures';
import { expect, test } from './page';

/** A cell of a notebook that holds this code. */
function cell(lines: readonly string[], place: number): object {
  return {
    cell_type: 'code',
    id: `cell-${String(place)}`,
    metadata: {},
    outputs: [],
    execution_count: null,
    source: lines.join('\n'),
  };
}

/** Open a notebook of these cells, run all of them without waiting for the end, and return its cells. */
async function run(page: Page, name: string, cells: readonly (readonly string[])[]): Promise<Locator> {
  const kernelspec = { name: 'python3', display_name: 'Python 3', language: 'python' };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: cells.map(cell) };
  writeFileSync(join(__dirname, 'results', 'server', 'work', `${name}.ipynb`), JSON.stringify(notebook));
  await page.goto(`lab/tree/${name}.ipynb?reset`);
  // what is run before the kernel is there is lost
  await expect(page.getByText('Python 3 (ipykernel) | Idle')).toBeVisible();
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click();
  return page.locator('.jp-Notebook .jp-Cell');
}

test('a failure is reproduced in a new cell below the widget', async ({ page, complaints }, info) => {
  const cells = await run(page, 'failures', [
    [
      'import json',
      'from xyzpy_widgets.widgets.failures import Failures',
      `Failures(groups=json.loads(r'''${JSON.stringify(GROUPS)}'''))`,
    ],
    ['"the last cell"'],
  ]);
  const failures = page.locator('.xyzpy-Failures');
  await failures.getByRole('button', { name: 'T = 0.5, L = 16' }).click();
  await failures.getByRole('button', { name: 'Reproduce in a new cell' }).click();
  await expect(cells).toHaveCount(3);
  await expect(cells.nth(1)).toContainText('energy(T=0.5, L=16, p=0.5)');
  await expect(cells.nth(2)).toContainText('the last cell');
  await page.screenshot({ path: info.outputPath('failures.png') });
  expect(complaints).toEqual([]);
});

test('a run is stopped while its cell keeps the kernel busy', async ({ page, complaints }) => {
  const cells = await run(page, 'busy', [
    [
      'import json, time',
      'from pathlib import Path',
      'from IPython.display import display',
      'from xyzpy_widgets.widgets.run_monitor import RunMonitor',
      'said = Path("run.xyzpy-control")',
      `progress = json.loads(r'''${JSON.stringify(PROGRESS)}''')`,
      'display(RunMonitor(progress=progress, control_path=said.name))',
      'give_up = time.monotonic() + 600',
      'while not (said.exists() and said.read_text()) and time.monotonic() < give_up:',
      '    time.sleep(0.05)',
      'print("the kernel read", said.read_text())',
    ],
  ]);
  const monitor = page.locator('.xyzpy-RunMonitor');
  await expect(monitor.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '88');
  await monitor.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(cells.first()).toContainText('the kernel read stop');
  expect(complaints).toEqual([]);
});
