import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, remembered, test } from './page';
import { dress } from './theme';

const WORK = join(__dirname, 'results', 'server', 'work');

/** A study of fifty cases: two of them fail, and the last wait for a file. */
const study = (name: string, pause = 0.2): string =>
  [
    'import time',
    'from pathlib import Path',
    'import xyzpy_widgets as xyz',
    `pause = ${String(pause)}`,
    'def energy(case: int):',
    `    while case >= 29 and not Path("${name}.go").exists():`,
    '        time.sleep(0.02)',
    '    time.sleep(pause)',
    '    if case in (3, 4):',
    '        raise ValueError("too hot")',
    '    return case',
    `${name} = xyz.Harvester(xyz.Runner(energy, "e"), "${name}.h5")`,
  ].join('\n');

const harvest = (name: string): string =>
  `${name}.harvest_combos({"case": range(50)}, on_error="continue", overwrite=True).sizes["case"]`;

const go = (name: string): void => {
  writeFileSync(join(WORK, `${name}.go`), '');
};

/** Begin a harvest in a notebook of its own, and wait until its cell keeps the kernel busy. */
async function begin(page: Page, name: string, kernel = 'python3'): Promise<Notebook> {
  const notebook = new Notebook(page, `${name}.ipynb`, 'lab', kernel);
  rmSync(join(WORK, `${name}.go`), { force: true });
  await notebook.open([study(name), harvest(name)]);
  // a page shows a cell as running before a kernel has it, and takes it along when it is left
  await notebook.finish(0);
  await notebook.run(1);
  await expect(notebook.output(1)).toContainText('of 50');
  return notebook;
}

async function openSide(page: Page): Promise<Locator> {
  const area = page.getByRole('region', { name: 'Sweeps', exact: true });
  await page.getByRole('tab', { name: 'Sweeps' }).click();
  await expect(area).toBeVisible();
  return area;
}

interface App {
  commands: {
    listCommands: () => string[];
    label: (id: string) => string;
    caption: (id: string) => string;
    describedBy: (id: string) => Promise<{ args: unknown }>;
  };
  serviceManager: { settings: { save: (id: string, raw: string) => Promise<unknown> } };
}

declare const jupyterapp: App;

/** Set the settings of the extension to some values, and all others to their defaults. */
async function set(page: Page, values: Record<string, unknown> = {}): Promise<void> {
  const raw = JSON.stringify(values);
  await page.evaluate((text) => jupyterapp.serviceManager.settings.save('xyzpy-widgets:plugin', text), raw);
}

test('with only the Lab open, a run in another notebook is at 27 of 50 and has two failures', async ({
  page,
  complaints,
}, info) => {
  await begin(page, 'elsewhere');
  await page.goto('lab?reset');
  const area = await openSide(page);
  const line = area.getByRole('listitem').filter({ hasText: 'elsewhere' });
  await expect(line).toContainText('27/50');
  await expect(line).toContainText('2 failed');
  await expect(line).toContainText('elsewhere.ipynb');
  await expect(page.getByRole('button', { name: 'Sweeps under way' })).toContainText('27/50');
  for (const theme of ['Light', 'Dark'] as const) {
    await dress(page, theme);
    await page.screenshot({ path: info.outputPath(`side-${theme}.png`) });
  }
  await dress(page, 'Light');

  // the cell keeps the kernel busy, and the run is stopped all the same
  await line.getByRole('button', { name: 'Stop: elsewhere' }).click();
  await expect(line).toContainText('stopping');
  go('elsewhere');
  await expect(line).toContainText('stopped');
  expect(complaints).toEqual([]);
});

/** Lose what kernels say to everybody until the page has asked twice, as when a server connects a line too slowly. */
async function loseBeginnings(page: Page): Promise<void> {
  await page.routeWebSocket(/\/api\/kernels\/[^/]+\/channels/, (socket) => {
    const server = socket.connectToServer();
    let asked = 0;
    socket.onMessage((message) => {
      const text = message.toString();
      if (text.includes('comm_info_request') && text.includes('control')) asked += 1;
      server.send(message);
    });
    server.onMessage((message) => {
      if (asked > 1 || !/iopub\{|"channel": ?"iopub"/.test(message.toString())) socket.send(message);
    });
  });
}

for (const [kernel, name] of [
  ['python3', 'late'],
  ['earlier', 'six'],
] as const) {
  test(`a kernel of the kind ${kernel} that is busy before the page looks is listed and steered`, async ({ page }) => {
    await begin(page, name, kernel);
    await page.goto('about:blank');
    await loseBeginnings(page);
    await page.goto('lab?reset');
    const area = await openSide(page);
    const line = area.getByRole('listitem').filter({ hasText: name });
    await expect(line).toContainText('27/50');
    await line.getByRole('button', { name: `Pause: ${name}` }).click();
    await expect(line).toContainText('paused');
    await line.getByRole('button', { name: `Resume: ${name}` }).click();
    await line.getByRole('button', { name: `Stop: ${name}` }).click();
    await expect(line).toContainText('stopping');
    go(name);
    await expect(line).toContainText('stopped');
  });
}

test('a click opens the panel in a tab beside the notebook, in step with that of the notebook', async ({
  page,
  complaints,
}, info) => {
  const notebook = new Notebook(page, 'beside.ipynb');
  rmSync(join(WORK, 'beside.go'), { force: true });
  await notebook.open([study('beside'), 'panel = beside.panel()\npanel', harvest('beside')]);
  for (const place of [0, 1, 2]) await notebook.run(place);
  await expect(notebook.cell(2)).toContainText('[*]:');
  const area = await openSide(page);
  await area.getByRole('button', { name: /^beside / }).click();
  const tab = page.locator('.xyzpy-WidgetPanel');
  await expect(tab.getByText('27 of 50', { exact: true })).toBeVisible();
  await expect(notebook.output(1).getByText('27 of 50', { exact: true })).toBeVisible();
  await page.screenshot({ path: info.outputPath('beside.png') });
  go('beside');
  await expect(tab.getByText('48 of 50', { exact: true })).toBeVisible();
  const values = { name: 'Values of case' };
  await tab.getByRole('combobox', { name: 'How the values of case are given' }).selectOption('List');
  await tab.getByRole('textbox', values).fill('1, 2, 77');
  await expect(notebook.output(1).getByRole('textbox', values)).toHaveValue('1, 2, 77');
  expect(complaints).toEqual([]);
});

test('a run that ends is notified of, and the notification opens its panel', async ({ page, complaints }) => {
  await begin(page, 'notified');
  await set(page, { notifyAboveSeconds: 0 });
  await page.goto('lab?reset');
  const area = await openSide(page);
  await expect(area.getByRole('listitem').filter({ hasText: 'notified' })).toContainText('27/50');
  go('notified');
  const said = page.locator('.Toastify__toast').filter({ hasText: 'notified has finished 50 cases' });
  await expect(said).toContainText('2 failed');
  await said.getByRole('button', { name: 'Open' }).click();
  await expect(page.locator('.xyzpy-WidgetPanel').getByRole('heading', { name: 'Parameters' })).toBeVisible();
  await set(page);
  expect(complaints).toEqual([]);
});

test('a tab is found again after a reload, waits for its kernel, and is connected again', async ({
  page,
  complaints,
}) => {
  const notebook = new Notebook(page, 'again.ipynb');
  await notebook.open([study('again')]);
  await notebook.run(0);
  await notebook.save();
  const area = await openSide(page);
  await area.getByRole('button', { name: /^again/ }).click();
  const tab = page.locator('.xyzpy-WidgetPanel');
  await expect(tab.getByRole('heading', { name: 'Parameters' })).toBeVisible();

  await remembered(page, 'xyzpy-widgets:panel:again.ipynb');
  await page.reload();
  await expect(tab.getByRole('heading', { name: 'Parameters' })).toBeVisible();

  // the menu is about what is in front
  await notebook.cell(0).locator('.cm-content').click();
  await page.getByRole('menuitem', { name: 'Kernel', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Restart Kernel…' }).click();
  await page.getByRole('button', { name: 'Confirm Kernel Restart' }).click();
  await expect(tab.getByRole('alert')).toBeVisible();
  await notebook.ready();
  await notebook.run(0);
  await expect(tab.getByRole('heading', { name: 'Parameters' })).toBeVisible();
  // JupyterLab complains of its debugger, and of comms that the page before the reload had and this one never knew
  expect(complaints.filter((one) => !/debugger|Comm not found/.test(one))).toEqual([]);
});

test('the menu of a sweep opens its views, shows its code and copies its path', async ({ page, complaints }, info) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const notebook = new Notebook(page, 'menu.ipynb');
  await notebook.open([study('menu', 0), harvest('menu').replace('50', '20')]);
  await notebook.run(0);
  await notebook.run(1);
  await notebook.ready();
  const area = await openSide(page);
  const line = area.getByRole('button', { name: /^menu/ });
  const choose = async (name: string): Promise<void> => {
    await line.click({ button: 'right' });
    await page.getByRole('menuitem', { name, exact: true }).click();
  };
  await choose('Explore');
  await expect(page.locator('.xyzpy-ResultsExplorer .bk-Canvas, .xyzpy-ResultsExplorer canvas').first()).toBeVisible();
  await choose('Plan');
  await expect(page.locator('.xyzpy-WidgetPanel .xyzpy-PlanCard:visible')).toBeVisible();
  await line.click({ button: 'right' });
  await page.screenshot({ path: info.outputPath('menu.png') });
  await page.keyboard.press('Escape');
  await choose('Copy Path');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('/work/menu.h5');
  await choose('Show Code');
  await expect(page.getByRole('dialog')).toContainText('menu.');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  expect(complaints).toEqual([]);
});

test('a sweep is made of the function at the cursor, from the toolbar', async ({ page, complaints }, info) => {
  const notebook = new Notebook(page, 'made.ipynb');
  await notebook.open(['def square(a: float):\n    return a * a', '"the end"']);
  await notebook.run(0);
  await notebook.cell(0).locator('.cm-content').click();
  await page.screenshot({ path: info.outputPath('toolbar.png') });
  await page.getByRole('button', { name: /Insert a cell that opens a panel/ }).click();
  await expect(notebook.cell(1)).toContainText(
    'square_sweep = xyz.Harvester(xyz.Runner(square, "square"), "square.h5")',
  );
  await notebook.run(1);
  await expect(notebook.output(1).getByRole('heading', { name: 'Parameters' })).toBeVisible();
  const area = await openSide(page);
  await expect(area.getByRole('button', { name: /^square_sweep/ })).toBeVisible();
  expect(complaints).toEqual([]);
});

test('every command says what it does and takes, and the launcher has a card', async ({ page, complaints }, info) => {
  await page.goto('lab?reset');
  await expect(page.getByRole('heading', { name: 'Parameter Sweeps' })).toBeVisible();
  await page.screenshot({ path: info.outputPath('launcher.png') });
  const found = await page.evaluate(async () => {
    const { commands } = jupyterapp;
    const own = commands.listCommands().filter((id) => id.startsWith('xyzpy-widgets:'));
    return Promise.all(
      own.map(async (id) => ({
        id,
        label: commands.label(id),
        caption: commands.caption(id),
        args: (await commands.describedBy(id)).args !== null,
      })),
    );
  });
  expect(found.length).toBeGreaterThan(8);
  expect(found.filter(({ label, caption, args }) => !label || !caption || !args)).toEqual([]);
  await page.getByText('New sweep', { exact: true }).click();
  const notebook = new Notebook(page, 'Untitled.ipynb');
  await expect(notebook.cell(0)).toContainText('sweep = xyz.Harvester(energy, "energy.h5")');
  expect(complaints).toEqual([]);
});

test('the settings reach the panels of a kernel', async ({ page, complaints }) => {
  const notebook = new Notebook(page, 'settings.ipynb');
  await notebook.open([study('settings', 0), 'settings.panel()']);
  await set(page, { backend: 'threads', workers: 3, askAboveCases: 2 });
  await notebook.visit();
  await notebook.run(0);
  await notebook.run(1);
  const panel = notebook.output(1);
  await expect(panel.getByRole('combobox', { name: 'Run in' })).toHaveValue('threads');
  await expect(panel.getByRole('textbox', { name: 'Workers' })).toHaveValue('3');
  await panel.getByRole('combobox', { name: 'How the values of case are given' }).selectOption('List');
  await panel.getByRole('textbox', { name: 'Values of case' }).fill('1, 2, 5');
  await panel.getByRole('button', { name: 'Run 3 new cases' }).click();
  await panel.getByRole('button', { name: 'Run them' }).click();
  await expect(panel.getByText('3 of 3', { exact: true })).toBeVisible();
  await set(page);
  expect(complaints).toEqual([]);
});

test('in Notebook 7 the parts that its shell has no place for are left out', async ({ page }) => {
  const notebook = new Notebook(page, 'seven.ipynb', 'notebook');
  await notebook.open(['def square(a: float):\n    return a * a']);
  await notebook.cell(0).locator('.cm-content').click();
  await page.getByRole('button', { name: /Insert a cell that opens a panel/ }).click();
  await expect(notebook.cell(1)).toContainText('square_sweep.panel()');
});
