import { expect, type Page } from '@playwright/test';

import { Notebook } from './notebooks';
import { test } from './page';

interface App {
  commands: {
    listCommands: () => string[];
    label: (id: string) => string;
    caption: (id: string) => string;
  };
  serviceManager: { settings: { save: (id: string, raw: string) => Promise<unknown> } };
}

declare const jupyterapp: App;

/** Let JupyterLab put a mark before every text that its translator has been asked for, or no longer. */
async function mark(page: Page, on: boolean): Promise<void> {
  const raw = JSON.stringify(on ? { displayStringsPrefix: true, stringsPrefix: '!!' } : {});
  await page.evaluate(
    (text) => jupyterapp.serviceManager.settings.save('@jupyterlab/translation-extension:plugin', text),
    raw,
  );
}

test('the Lab parts and the widgets in cells ask the translator of JupyterLab for their words', async ({
  page,
  complaints,
}, info) => {
  await page.goto('lab?reset');
  await page.waitForFunction(() => typeof jupyterapp === 'object');
  await mark(page, true);
  try {
    const notebook = new Notebook(page, 'language.ipynb');
    await notebook.open([
      'import xyzpy_widgets as xyz\ndef energy(T: float, L: int = 16):\n    return T\nsweep = xyz.Harvester(energy)',
      'sweep.panel()',
    ]);
    await notebook.run(0);
    await notebook.run(1);
    const panel = notebook.output(1);
    await expect(panel.getByRole('heading', { name: '!!Parameters' })).toBeVisible();
    await expect(panel.getByRole('button', { name: '!!Add a table of cases' })).toBeVisible();
    await expect(panel.getByText('!!Choose the values of every argument first.')).toBeVisible();

    await page.getByRole('tab', { name: '!!Sweeps' }).click();
    const line = page.getByRole('region', { name: '!!Sweeps', exact: true }).getByRole('listitem');
    await expect(line.filter({ hasText: 'sweep' })).toContainText('language.ipynb');
    await page.screenshot({ path: info.outputPath('language.png') });
    const said = await page.evaluate(() => {
      const { commands } = jupyterapp;
      const ours = commands.listCommands().filter((id) => id.startsWith('xyzpy-widgets:'));
      return ours.flatMap((id) => [commands.label(id), commands.caption(id)]);
    });
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter((text) => !text.startsWith('!!'))).toEqual([]);
  } finally {
    await mark(page, false);
  }
  expect(complaints).toEqual([]);
});
