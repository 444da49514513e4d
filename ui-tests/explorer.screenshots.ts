import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, test } from './page';
import { dress } from './theme';

const FOLDER = join(__dirname, 'results', 'screenshots');
const WIDTHS = [1200, 720, 340];

const STUDY = `
import time
import numpy as np
import xyzpy_widgets as xyz
seconds = 0.0
def swing(drive: float, omega: float, damping: float, start: str = "rest", seed: int = 0):
    time.sleep(seconds)
    if drive > 1.6 and omega < 0.5:
        raise ValueError("the step became too small")
    return np.sin(3 * drive) * np.exp(-omega) / damping + 0.02 * seed, drive * omega
runner = xyz.Runner(
    swing,
    ["spread", "turns"],
    var_attrs={"spread": {"long_name": "spread of the speed", "units": "1/s"}},
    arg_attrs={"drive": {"long_name": "drive F"}, "omega": {"units": "1/s"}},
    verbosity=0,
    on_error="continue",
)
harvester = xyz.Harvester(runner)
grid = {"drive": np.linspace(0.4, 1.8, 8), "omega": np.linspace(0.4, 1.2, 5), "damping": [0.25, 0.5, 1.0]}
whole = {**grid, "start": ["rest", "up"], "seed": [0, 1, 2]}
`;

/** Save a picture of something at every width, in the light and in the dark. */
async function picture(page: Page, part: Locator, name: string, drawn = true): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const theme of ['Light', 'Dark'] as const) {
    await dress(page, theme);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width: 1300, height: 2600 });
      const around = 1300 - Math.round((await part.boundingBox())?.width ?? width);
      await page.setViewportSize({ width: width + around, height: 2600 });
      await part.scrollIntoViewIfNeeded();
      if (drawn) await expect(part.locator('canvas').first()).toBeVisible();
      await page.waitForTimeout(700); // for a reader's eyes: what follows the size of the page has come to rest
      await part.screenshot({ path: join(FOLDER, `${name}-${theme.toLowerCase()}-${width.toString()}.png`) });
    }
  }
  await page.setViewportSize({ width: 1300, height: 2600 });
}

/** Open the study with a cell below it; return what that cell shows, and what runs more in the kernel. */
async function begin(page: Page, name: string, cell: string): Promise<[Locator, (code: string) => Promise<void>]> {
  await page.setViewportSize({ width: 1300, height: 2600 });
  const notebook = new Notebook(page, name);
  await notebook.open([STUDY, cell, '']);
  await page.keyboard.press('Control+b');
  await notebook.finish(0);
  await notebook.finish(1);
  const python = async (code: string): Promise<void> => {
    await notebook.write(2, code);
    await notebook.run(2);
    await notebook.ready();
  };
  return [notebook.output(1), python];
}

const EXPLORER = 'explorer = harvester.explore(var="spread")\nexplorer';

test('pictures of every state of the explorer', async ({ page }) => {
  const [shown, python] = await begin(page, 'explorer-screenshots.ipynb', EXPLORER);
  await expect(shown).toContainText('Nothing is there to draw yet');
  await picture(page, shown, 'explorer-1-empty', false);

  await python('_ = harvester.harvest_combos(whole); explorer.refresh()');
  await python(
    'explorer.view = {"var": ["spread"], "kind": "heatmap", "x": "drive", "y": "omega", "aggregate": {"seed": "mean"}, "slider": {"damping": 0.5, "start": "rest"}}',
  );
  await picture(page, shown, 'explorer-2-heatmap');
  await python(
    'explorer.selection = {"drive": list(harvester.full_ds.drive.values[2:5]), "omega": list(harvester.full_ds.omega.values[1:3])}',
  );
  await picture(page, shown, 'explorer-3-picked');
  await shown.getByRole('button', { name: 'Refine, twice as fine' }).click();
  await expect(shown.getByRole('group', { name: 'Proposal' })).toBeVisible();
  await shown.getByRole('button', { name: 'View as code' }).click();
  await picture(page, shown, 'explorer-4-proposal');
  await shown.getByRole('button', { name: 'Hide the code' }).click();
  await python(
    'explorer.selection = {}; explorer.view = {"var": ["spread"], "kind": "line", "x": "drive", "by": ["damping"], "aggregate": {"seed": "mean", "start": "mean"}, "spread": "range", "slider": {"omega": 0.6}}',
  );
  await picture(page, shown, 'explorer-5-lines');
  await python(
    'explorer.view = {"var": ["spread"], "kind": "heatmap", "x": "drive", "y": "omega", "col": "damping", "aggregate": {"seed": "mean", "start": "mean"}}',
  );
  await picture(page, shown, 'explorer-6-facets');
  await python(
    'explorer.view = {"var": ["spread"], "kind": "heatmap", "x": "drive", "y": "omega", "col": "damping", "row": "start", "aggregate": {"seed": "mean"}}',
  );
  await picture(page, shown, 'explorer-7-grid');
  await python('explorer.view = {"var": ["spread"], "kind": "table"}');
  await picture(page, shown, 'explorer-8-table', false);
  await python(
    'explorer.view = {"var": ["spread"], "kind": "heatmap", "x": "drive", "y": "omega", "slider": {"damping": 0.5, "start": "rest", "seed": 0}}',
  );
  await python(
    'seconds = 0.4; run = harvester.submit({**whole, "drive": np.linspace(0.4, 1.8, 15), "start": ["rest"], "seed": [0], "damping": [0.5]}, missing_only=True); explorer.follow(run); time.sleep(6)',
  );
  await picture(page, shown, 'explorer-9-live');
});

test('pictures of the results in a panel', async ({ page }) => {
  const [shown, python] = await begin(page, 'results-screenshots.ipynb', 'panel = harvester.panel()\npanel');
  await python('panel.space = grid; panel.start().result(); panel.settle()');
  await picture(page, shown, 'explorer-10-panel');
});

test('the picture of the explorer in the documentation', async ({ page }) => {
  const [shown, python] = await begin(page, 'documented.ipynb', EXPLORER);
  await dress(page, 'Light');
  await python('_ = harvester.harvest_combos(whole); explorer.refresh()');
  await page.setViewportSize({ width: 1160, height: 2600 });
  await python(
    'explorer.view = {"var": ["spread"], "kind": "heatmap", "x": "drive", "y": "omega", "col": "damping", "aggregate": {"seed": "mean", "start": "mean"}}',
  );
  await python(
    'explorer.selection = {"drive": list(harvester.full_ds.drive.values[2:5]), "omega": list(harvester.full_ds.omega.values[1:3]), "damping": [0.5]}',
  );
  await shown.getByRole('button', { name: 'Refine, twice as fine' }).click();
  await expect(shown.getByRole('group', { name: 'Proposal' })).toBeVisible();
  await expect(shown.locator('canvas').first()).toBeVisible();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(700); // for a reader's eyes: what follows the size of the page has come to rest
  await shown.locator('.xyzpy-ResultsExplorer').screenshot({ path: join(__dirname, '..', 'docs', 'explorer.png') });
});
