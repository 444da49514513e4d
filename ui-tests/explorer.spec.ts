import { type Locator, type Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, test } from './page';

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

test.describe.configure({ timeout: 180_000 });

/** Drag a box over a share of the plot: from its left, top to its right, bottom. */
async function drag(page: Page, output: Locator, [left, top, right, bottom]: readonly number[]): Promise<void> {
  const field = output.locator('.bk-events').first();
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
  await expect(shown.locator('canvas').first()).toBeVisible({ timeout: 60_000 });
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
  await drag(page, shown, [0.3, 0.36, 0.68, 0.8]);
  const picked = shown.getByRole('group', { name: 'Picked out' });
  await expect(picked).toContainText('4 cases picked out');
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
  await notebook.run(0);
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
