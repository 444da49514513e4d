import type { Locator, Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, test } from './page';

/** A study whose cases take a moment, two of which fail, and which waits in the middle for a file to come. */
const study = (name: string): string =>
  [
    'import time',
    'from pathlib import Path',
    'import xyzpy_widgets as xyz',
    `go = Path("${name}.go")`,
    'go.unlink(missing_ok=True)',
    'def energy(case: int):',
    '    while case >= 29 and not go.exists():',
    '        time.sleep(0.02)',
    '    if case in (3, 4):',
    '        raise ValueError("too hot")',
    '    return case',
    `${name} = xyz.Harvester(xyz.Runner(energy, "e"), "${name}.h5")`,
  ].join('\n');

const harvest = (name: string): string =>
  `${name}.harvest_combos({"case": range(50)}, on_error="continue", overwrite=True).sizes["case"]`;

async function openSide(page: Page): Promise<Locator> {
  await page.getByRole('tab', { name: 'Sweeps' }).click();
  const area = page.getByRole('region', { name: 'Sweeps', exact: true });
  await expect(area).toBeVisible();
  return area;
}

test('with only the Lab open, a run in another notebook is at 27 of 50 and has two failures', async ({
  page,
  complaints,
}, info) => {
  const notebook = new Notebook(page, 'elsewhere.ipynb');
  await notebook.open([study('elsewhere'), harvest('elsewhere')]);
  await notebook.run(0);
  await notebook.run(1);
  await expect(notebook.cell(1)).toContainText('[*]:');

  await page.goto('/lab?reset');
  const area = await openSide(page);
  const line = area.getByRole('listitem').filter({ hasText: 'elsewhere' });
  await expect(line).toContainText('27/50');
  await expect(line).toContainText('2 failed');
  await expect(line).toContainText('elsewhere.ipynb');
  await page.screenshot({ path: info.outputPath('side.png') });
  await line.getByRole('button', { name: 'Stop: elsewhere' }).click();
  await expect(line).toContainText('stopping');
  expect(complaints).toEqual([]);
});
