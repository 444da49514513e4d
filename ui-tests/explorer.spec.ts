import { type Locator, type Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, offline, test } from './page';
import { dress } from './theme';

const STUDY = `
import xyzpy_widgets as xyz

def score(C, kernel, seed):
    called.append((C, kernel, seed))
    return C * len(kernel) + seed

called = []
harvester = xyz.Harvester(xyz.Runner(score, "score", verbosity=0))
harvester.harvest_combos({"C": [0.1, 1.0, 10.0, 100.0], "kernel": ["rbf"], "seed": [0, 1, 2]})
harvester.harvest_combos({"C": [0.1], "kernel": ["linear", "poly"], "seed": [0]})
explorer = harvester.explore(kind="heatmap", x="C", y="kernel", slider="seed", logx=True)
explorer
`;

/** A study over four dimensions; of a third seed, half of the cases wait until they are let through. */
const SWING = `
import threading
import numpy as np
import xyzpy_widgets as xyz

def swing(drive, omega, damping, seed):
    if seed > 1 and drive > 3:
        opened.wait()
    return np.sin(drive) * omega / damping + seed

opened = threading.Event()
harvester = xyz.Harvester(xyz.Runner(swing, "spread", verbosity=0))
grid = {"drive": [1, 2, 3, 4, 5, 6], "omega": [1, 2, 3, 4], "damping": [1, 2, 4], "seed": [0, 1]}
`;

/** Drag a box over a share of the plot: from its left, top to its right, bottom. */
async function drag(page: Page, output: Locator, [left, top, right, bottom]: readonly number[]): Promise<void> {
  const field = output.locator('.bk-events').first();
  await field.hover({ trial: true }); // once it stands still
  const box = await field.boundingBox();
  if (!box) throw new Error('the plot has no place');
  const at = (x = 0, y = 0): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(left, top));
  await page.mouse.down();
  await page.mouse.move(...at(right, bottom), { steps: 6 });
  await page.mouse.up();
}

test('cases inside a box on logarithmic and text axes are run, and no others', async ({ page, complaints }, info) => {
  const notebook = new Notebook(page, 'explorer.ipynb');
  await notebook.open([STUDY, 'print(explorer.selection, sorted(called))', 'explorer']);
  await notebook.run(0);
  const shown = notebook.output(0);
  await expect(shown.locator('canvas').first()).toBeVisible();
  await expect(shown).toContainText('14 done, 22 not run');
  await page.screenshot({ path: info.outputPath('first.png') });

  await shown
    .locator('canvas')
    .first()
    .evaluate((canvas) => {
      canvas.setAttribute('data-kept', 'yes');
    });
  await shown.getByLabel('Label of seed').fill('1');
  await expect(shown.getByLabel('Label of seed')).toHaveValue('1');
  await expect(shown.locator('canvas[data-kept]')).toHaveCount(1);

  // the two middle values of C on the two lower kernels
  const picked = shown.getByRole('group', { name: 'Picked out' });
  await expect(async () => {
    await drag(page, shown, [0.3, 0.36, 0.68, 0.8]);
    await expect(picked).toContainText('4 cases picked out', { timeout: 10_000 });
  }).toPass();
  await expect(picked).toContainText('4 not run');
  await page.screenshot({ path: info.outputPath('picked.png') });
  await picked.getByRole('button', { name: 'Fill what is missing' }).click();
  const proposal = shown.getByRole('group', { name: 'Proposal' });
  await expect(proposal).toContainText('4 cases to run');
  await page.screenshot({ path: info.outputPath('proposal.png') });
  await proposal.getByRole('button', { name: 'Run 4 cases' }).click();
  await expect(shown).toContainText('18 done, 18 not run');
  await page.screenshot({ path: info.outputPath('filled.png') });

  await notebook.run(1);
  await expect(notebook.output(1)).toContainText("'C': [1.0, 10.0]");
  for (const one of ["(1.0, 'poly', 1)", "(10.0, 'linear', 1)"]) {
    await expect(notebook.output(1)).toContainText(one);
  }
  await expect(notebook.output(1)).not.toContainText("(100.0, 'poly'");
  expect(complaints).toEqual([]);
});

test('roles are given on the shelf; a second view and a reload show the same', async ({ page, complaints }, info) => {
  const notebook = new Notebook(page, 'roles.ipynb');
  await notebook.open([STUDY, 'explorer', 'print(explorer.view.kind, explorer.view.x, dict(explorer.view.aggregate))']);
  await notebook.finish(0);
  const shown = notebook.output(0);
  await expect(shown.locator('canvas').first()).toBeVisible();
  await shown.getByLabel('Kind of plot').selectOption('line');
  await shown.getByLabel('Role of seed').selectOption('mean');
  await expect(shown).toContainText('Spread');
  await shown.getByLabel('Spread').selectOption('range');
  await page.screenshot({ path: info.outputPath('lines.png') });
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText("line C {'seed': 'mean'}");

  await notebook.run(1);
  const second = notebook.output(1);
  await expect(second.locator('canvas').first()).toBeVisible();
  await expect(second.getByLabel('Role of seed')).toHaveValue('aggregate mean');
  await second.getByLabel('Kind of plot').selectOption('table');
  await expect(shown.getByRole('region', { name: 'Rows' })).toBeVisible();
  await second.getByLabel('Kind of plot').selectOption('heatmap');
  await expect(shown.locator('canvas').first()).toBeVisible();
  await shown.getByRole('button', { name: 'View as code' }).click();
  await expect(shown.getByRole('region', { name: 'The plot', exact: true })).toContainText(
    "harvester.plot(kind='heatmap'",
  );
  await expect(shown.getByRole('region', { name: 'An explorer on this view' })).toContainText('harvester.explore(');

  await notebook.save();
  await notebook.visit();
  await expect(notebook.output(0).locator('canvas').first()).toBeVisible();
  await page.screenshot({ path: info.outputPath('reloaded.png') });
  expect(complaints).toEqual([]);
});

test('zoom and selection stay while a run fills the plot in, and no canvas is replaced', async ({
  page,
  complaints,
}, info) => {
  const refused = await offline(page);
  const notebook = new Notebook(page, 'live.ipynb');
  await notebook.open([
    SWING,
    `harvester.harvest_combos({**grid, "omega": [1, 4]})
explorer = harvester.explore(kind="heatmap", x="drive", y="omega", slider=["damping", "seed"])
explorer`,
    'ends = explorer.figure.root.x_range; print(f"from {ends.start:.3f} to {ends.end:.3f}")',
    'explorer.selection = {"drive": [3, 4], "omega": [1, 4]}',
    'explorer.follow(harvester.submit({**grid, "omega": [1, 4], "seed": [0, 1, 2]}, missing_only=True))',
    'opened.set(); explorer.run.result(); explorer.settle(); print(explorer.selection["drive"])',
  ]);
  await notebook.finish(0);
  await notebook.run(1);
  const shown = notebook.output(1);
  const canvas = shown.locator('canvas').first();
  await expect(canvas).toBeVisible();

  // the frame of the plot begins at the labels of its axis and ends at the key of the colours
  await shown.getByTitle('Box Zoom').first().click();
  // a press that is held too long before it moves is no drag
  await expect(async () => {
    await drag(page, shown, [0.3, 0.2, 0.7, 0.8]);
    await expect(async () => {
      await notebook.run(2);
      await expect(notebook.output(2)).toContainText(/from 2\.\d+ to 5\.\d+/, { timeout: 2000 });
    }).toPass({ timeout: 15_000 });
  }).toPass();
  const zoomed = await notebook.output(2).innerText();
  await notebook.run(3);
  const picked = shown.getByRole('group', { name: 'Picked out' });
  await expect(picked).toContainText('cases picked out');
  await canvas.evaluate((element) => {
    element.setAttribute('data-kept', 'yes');
  });

  await notebook.run(4);
  await expect(shown).toContainText(/live · (7[3-9]|8\d) done/);
  await page.screenshot({ path: info.outputPath('live.png') });
  await notebook.run(5);
  await expect(notebook.output(5)).toContainText('[3, 4]');
  await expect(shown).toContainText('108 done');
  await expect(shown).not.toContainText('live ·');
  await expect(picked).toContainText('cases picked out');
  await expect(shown.locator('canvas[data-kept]')).toHaveCount(1);
  await notebook.run(2);
  await expect(notebook.output(2)).toHaveText(zoomed);
  expect(refused).toEqual([]);
  expect(complaints).toEqual([]);
});

test('panels stand as the page has room for them, in the colours of the page', async ({ page, complaints }, info) => {
  const refused = await offline(page);
  const notebook = new Notebook(page, 'narrow.ipynb');
  await notebook.open([
    SWING,
    `harvester.harvest_combos(grid)
harvester.explore(kind="heatmap", x="drive", y="omega", col="damping", aggregate="seed")`,
  ]);
  await page.keyboard.press('Control+b');
  await notebook.finish(0);
  await notebook.run(1);
  const shown = notebook.output(1);
  const figure = shown.locator('.xyzpy-figure');
  await expect(figure.locator('canvas').first()).toBeVisible();
  const columns = (): Promise<number> =>
    figure.evaluate((host) => {
      const within = (node: ParentNode): Element[] =>
        [...node.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
      const panels = within(host).filter((one) => one.classList.contains('bk-Figure'));
      return new Set(panels.map((one) => Math.round(one.getBoundingClientRect().left))).size;
    });
  for (const theme of ['Dark', 'Light'] as const) {
    await dress(page, theme);
    for (const [width, wanted] of [
      [1280, 3],
      [760, 2],
      [400, 1],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await expect(async () => {
        expect(await columns()).toBe(wanted);
      }).toPass();
      for (const part of [figure, shown.locator('.xyzpy-ResultsExplorer')]) {
        await expect(async () => {
          expect(await part.evaluate((one) => one.scrollWidth - one.clientWidth)).toBeLessThanOrEqual(1);
        }).toPass();
      }
      await page.screenshot({ path: info.outputPath(`${theme}-${width.toString()}.png`) });
    }
  }
  expect(refused).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a panel holds its results, and one region is picked out on map and plot', async ({ page, complaints }, info) => {
  const refused = await offline(page);
  const notebook = new Notebook(page, 'results.ipynb');
  await notebook.open([
    SWING,
    'panel = harvester.panel()\npanel',
    'panel.space = {**grid, "damping": [1], "seed": [0]}; panel.start()',
    'print(panel.results.selection)',
  ]);
  await notebook.finish(0);
  await notebook.run(1);
  const panel = notebook.output(1);
  await expect(panel.getByRole('heading', { name: 'Parameters' })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Results' })).toBeHidden();
  await page.setViewportSize({ width: 1280, height: 2400 });
  await notebook.run(2);
  const results = panel.locator('.xyzpy-ResultsExplorer');
  await expect(results.locator('canvas').first()).toBeVisible();
  await expect(results).toContainText('24 done');
  await expect(results).not.toContainText('live ·');
  await panel.getByRole('button', { name: 'Results' }).click();
  await expect(results.locator('canvas')).toHaveCount(0);

  // four cases by keys on the map
  const map = panel.getByRole('application', { name: 'Case map' });
  await map.focus();
  for (const key of ['ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown']) await map.press(key);
  const picked = results.getByRole('group', { name: 'Picked out' });
  await expect(picked).toContainText('4 cases picked out');
  await notebook.run(3);
  await expect(notebook.output(3)).toContainText("'drive': [2, 3], 'omega': [1, 2]");
  await panel.getByRole('button', { name: 'Results' }).click();
  await expect(results.locator('canvas').first()).toBeVisible();
  await page.screenshot({ path: info.outputPath('picked.png') });

  await picked.getByRole('button', { name: 'Run all again' }).click();
  await results.getByRole('button', { name: 'Show the plan' }).click();
  await page.screenshot({ path: info.outputPath('planned.png') });
  const again = panel.getByRole('button', { name: 'Run all 4 cases again' });
  await expect(again).toBeFocused();
  await again.press('Enter');
  await expect(panel.getByText('4 of 4', { exact: true })).toBeVisible();
  expect(refused).toEqual([]);
  expect(complaints).toEqual([]);
});
