import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, test } from './page';
import { dress } from './theme';

const FOLDER = join(__dirname, 'results', 'screenshots');
const WIDTHS = [1200, 720, 340];

const study = [
  'import time',
  'import numpy as np',
  'import xyzpy_widgets as xyz',
  'from typing import Literal',
  'seconds, coldest = 0.02, 0.0',
  'def magnetisation(T: float, L: int, lattice: Literal["square", "kagome"] = "square", seed: int = 0):',
  '    """Simulate a lattice of spins."""',
  '    print("cooling down to", T)',
  '    time.sleep(seconds)',
  '    if T < coldest:',
  '        raise ValueError(f"the spins froze at T={T:g}")',
  '    return float(np.exp(-T) * L)',
  'runner = xyz.Runner(magnetisation, "m", arg_attrs={"T": {"units": "J/k", "long_name": "temperature"}})',
  'harvester = xyz.Harvester(runner, "ising.h5")',
  'harvester.delete_ds()',
].join('\n');

const space = 'panel.space = {"lattice": ["square"], "T": np.linspace(0.5, 4.5, 24), "L": [8, 16, 24, 32, 48, 64]}';
const open = 'panel = harvester.panel()\npanel';

/** Save a picture of something at every width, in the light and in the dark. */
async function picture(page: Page, part: Locator, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const theme of ['Light', 'Dark'] as const) {
    await dress(page, theme);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width: 1300, height: 3600 });
      const around = 1300 - Math.round((await part.boundingBox())?.width ?? width);
      await page.setViewportSize({ width: width + around, height: 3600 });
      await part.scrollIntoViewIfNeeded();
      await part.screenshot({ path: join(FOLDER, `${name}-${theme.toLowerCase()}-${width.toString()}.png`) });
    }
  }
  await page.setViewportSize({ width: 1300, height: 3600 });
}

test('pictures of every state of the panel', async ({ page }) => {
  await page.setViewportSize({ width: 1300, height: 3600 });
  const notebook = new Notebook(page, 'screenshots.ipynb');
  await notebook.open([study, open, '']);
  await page.keyboard.press('Control+b');
  await notebook.run(0);
  await notebook.run(1);
  const panel = notebook.output(1);
  const python = async (code: string): Promise<void> => {
    await notebook.write(2, code);
    await notebook.run(2);
    await notebook.ready();
  };
  await expect(panel.getByRole('heading', { name: 'Parameters' })).toBeVisible();
  await picture(page, panel, '1-fresh');

  const row = panel.getByRole('group', { name: 'T', exact: true });
  await row.getByRole('textbox', { name: 'From' }).fill('cold');
  await expect(panel.getByText('“cold” is not a number').first()).toBeVisible();
  await picture(page, panel, '2-mistake');

  await python(space);
  await panel.getByRole('button', { name: 'Show the code' }).click();
  await picture(page, panel, '3-planned');
  await panel.getByRole('button', { name: 'Hide the code' }).click();

  await python('seconds = 0.1');
  await panel.getByRole('button', { name: 'Run 144 new cases' }).click();
  await expect(panel.getByText(/^[7-9]\d of 144$/)).toBeVisible();
  await python('seconds = 4');
  await picture(page, panel, '4-running');
  await dress(page, 'Light');
  await panel
    .locator('.jp-OutputArea-output')
    .first()
    .screenshot({ path: join(__dirname, '..', 'docs', 'panel.png') });
  await panel.getByRole('button', { name: 'Pause' }).click();
  await picture(page, panel, '5-paused');
  await panel.getByRole('button', { name: 'Resume' }).click();
  await panel.getByRole('button', { name: 'Cancel …' }).click();
  await picture(page, panel, '6-cancelling');
  await panel.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(panel.getByText(/^Cancelled after/)).toBeVisible();

  await python('seconds, coldest = 0.01, 9.0');
  await panel.getByRole('button', { name: /^Run \d+ new cases/ }).click();
  await expect(panel.getByRole('button', { name: 'Continue anyway' }).first()).toBeVisible();
  await panel
    .getByRole('region', { name: /ValueError/ })
    .getByRole('button', { name: /T=/ })
    .first()
    .click();
  await picture(page, panel, '7-held');
  await panel.getByRole('button', { name: 'Continue anyway' }).first().click();
  await python('panel.run.resume(); harvester.runner.settings["max_failures"] = 999');
  await python('panel.run.stop(); panel.run.result()');
  await panel.getByRole('button', { name: /^Run \d+ new cases/ }).click();
  await expect(panel.getByText(/^Finished after/)).toBeVisible();
  await picture(page, panel, '8-failures');

  await python('seconds, coldest = 0.0, 0.0');
  await panel
    .getByRole('button', { name: /^Retry (these|all)/ })
    .first()
    .click();
  await expect(panel.getByText('No case has failed.')).toBeVisible();
  await picture(page, panel, '9-done');

  await notebook.write(
    1,
    [
      'seconds = 0.1',
      'run = harvester.submit({"lattice": ["square"], "T": np.linspace(5, 8, 16), "L": [8, 16, 24]})',
      'while run.progress.done < 10: time.sleep(0.1)',
      'run.stop()',
      'run.result()',
      'harvester.panel()',
    ].join('\n'),
  );
  await notebook.run(1);
  await expect(panel.getByRole('button', { name: /^Go on with the/ })).toBeVisible();
  await picture(page, panel, '10-found');

  await notebook.write(
    1,
    'sampler = xyz.Sampler(runner, default_combos={"L": [8, 16], "T": lambda rng: rng.normal(2, 0.1)})\nsampler.panel()',
  );
  await notebook.run(1);
  await expect(panel.getByRole('textbox', { name: 'Draws' })).toBeVisible();
  await picture(page, panel, '11-sampler');

  await notebook.write(
    1,
    'seconds = 0.05\nharvester.harvest_combos({"lattice": ["square"], "T": np.linspace(10, 20, 1000), "L": [8]})',
  );
  await notebook.run(1);
  await expect(panel.getByText(/^[1-9]\d* of 1,000$/)).toBeVisible();
  await picture(page, panel, '12-cell');
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel).toContainText(/stopped after/);
  await picture(page, panel, '13-cell-over');
});
