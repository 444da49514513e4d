import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, test } from './page';

const FOLDER = join(__dirname, 'results', 'animation');

const study = `import time
import numpy as np
import xyzpy_widgets as xyz


def magnetisation(T: float, L: int):
    time.sleep(0.03)  # a simulation
    return float(np.exp(-np.logaddexp(0, (T - 2.27) * L / 2)))


runner = xyz.Runner(magnetisation, "m", arg_attrs={"T": {"units": "J/k"}})
harvester = xyz.Harvester(runner, "ising.h5")
harvester.delete_ds()`;

/** Waits until what the page was told last is drawn. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          requestAnimationFrame(resolve);
        });
      }),
  );
}

/** Saves what the page shows now, to be held for some time. */
function camera(page: Page): (milliseconds: number) => Promise<void> {
  let count = 0;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return async (milliseconds) => {
    count += 1;
    await painted(page);
    const name = `${count.toString().padStart(3, '0')}-${milliseconds.toString()}.png`;
    await page
      .locator('.jp-Notebook')
      .first()
      .screenshot({ path: join(FOLDER, name) });
  };
}

test('choose, plan, run, explore', async ({ page }) => {
  await page.setViewportSize({ width: 1380, height: 1040 });
  const notebook = new Notebook(page, 'animation.ipynb');
  await notebook.open([study, 'harvester.panel()', 'harvester.explore(kind="heatmap", x="T", y="L")']);
  await page.keyboard.press('Control+b');
  const shoot = camera(page);
  await notebook.run(0);
  await notebook.ready();
  await notebook.run(1);
  const panel = notebook.output(1);
  await expect(panel.getByRole('heading', { name: 'Parameters' })).toBeVisible();
  await notebook.cell(1).evaluate((cell) => {
    cell.scrollIntoView({ block: 'start' });
  });
  await shoot(1400);

  const temperature = panel.getByRole('group', { name: 'T', exact: true });
  await temperature.getByLabel('From').fill('1');
  await shoot(300);
  await temperature.getByLabel('To').fill('4');
  await shoot(300);
  await temperature.getByLabel('Number').fill('16');
  await shoot(600);
  const size = panel.getByRole('group', { name: 'L', exact: true });
  await size.getByLabel('How the values of L are given').selectOption('list');
  await size.getByLabel('Values of L, with commas between them').fill('4, 8, 16, 32');
  const button = panel.getByRole('button', { name: 'Run 64 new cases' });
  await expect(button).toBeVisible();
  await shoot(1800);

  await button.hover();
  await shoot(500);
  await button.click();
  for (const tens of ['1', '2', '3', '4', '5']) {
    await expect(panel.getByText(new RegExp(`^[${tens}-6]\\d of 64$`))).toBeVisible();
    await shoot(300);
  }
  await expect(panel.getByText(/^Finished after/)).toBeVisible();
  await shoot(1800);

  await notebook.run(2);
  const explorer = notebook.output(2);
  await expect(explorer.locator('canvas').first()).toBeVisible();
  await expect(explorer).toContainText('64 done');
  await notebook.cell(2).evaluate((cell) => {
    cell.scrollIntoView({ block: 'start' });
  });
  await shoot(1500);
  const box = await explorer.locator('.bk-events').first().boundingBox();
  if (!box) throw new Error('the plot has no place');
  const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.35, 0.14));
  await page.mouse.down();
  await page.mouse.move(...at(0.62, 0.8), { steps: 8 });
  await page.mouse.up();
  const picked = explorer.getByRole('group', { name: 'Picked out' });
  await expect(picked).toContainText('picked out');
  await shoot(1300);
  await picked.getByRole('button', { name: 'Refine' }).click();
  const proposal = explorer.getByRole('group', { name: 'Proposal' });
  await expect(proposal).toContainText('cases to run');
  await shoot(1500);
  const start = proposal.getByRole('button', { name: /^Run \d+ cases/ });
  const more = Number(/\d+/.exec(await start.innerText())?.[0]);
  await start.click();
  await expect(explorer).toContainText(`${(64 + more).toString()} done`);
  await expect(explorer).not.toContainText('live');
  await picked.getByRole('button', { name: 'Clear' }).click();
  await expect(picked).toHaveCount(0);
  await shoot(2600);
});
