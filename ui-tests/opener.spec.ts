import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Locator, Page } from '@playwright/test';

import { expect, remembered, test } from './page';

const FOLDER = 'opened files';
const WORK = join(__dirname, 'results', 'server', 'work', FOLDER);

const FILES = `
import pathlib
import numpy as np
import xarray as xr
import xyzpy_widgets as xyz

def score(C, gamma):
    if (C, gamma) == (10.0, 0.1):
        raise ValueError("not here")
    return C / (1 + gamma)

for name in ("digits.h5", "digits.zarr", "it's \\"odd\\" ünï 數.h5"):
    runner = xyz.Runner(score, "accuracy", verbosity=0, on_error="continue")
    harvester = xyz.Harvester(runner, name)
    harvester.harvest_combos({"C": [0.1, 1.0, 10.0], "gamma": [0.01, 0.1]})
    harvester.harvest_combos({"C": [100.0], "gamma": [0.01]})
data = xr.Dataset({"sst": (("lat", "lon"), np.arange(12.0).reshape(3, 4))}, {"lat": [0, 1, 2]})
data.to_netcdf("foreign.nc", engine="netcdf4")
pathlib.Path("notes.h5").write_text("# notes\\nnot results")
`;

// its last case waits for the end of what it is sent
const HARVEST = `
import sys
import xyzpy_widgets as xyz

def waited(a, b):
    if a == 2:
        print("waiting", flush=True)
        sys.stdin.read()
    return a * b

harvester = xyz.Harvester(xyz.Runner(waited, "out", verbosity=0), "running.h5")
harvester.harvest_combos({"a": [0], "b": [1]})
harvester.harvest_combos({"a": [1, 2], "b": [1]})
`;

/** Run some Python beside the files. */
function python(code: string): string {
  return execFileSync('python', ['-W', 'ignore', '-c', code], { cwd: WORK, encoding: 'utf-8' });
}

test.beforeAll(() => {
  mkdirSync(WORK, { recursive: true });
  python(FILES);
});

/** The tabs of one result file. */
class Files {
  constructor(readonly page: Page) {}

  async visit(): Promise<void> {
    await this.page.goto(`lab/tree/${encodeURIComponent(FOLDER)}?reset`);
  }

  item(name: string): Locator {
    return this.page.getByRole('listitem').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async open(name: string): Promise<Locator> {
    await this.item(name).dblclick();
    return this.shown();
  }

  /** Explore a file in a certain kind of kernel. */
  async explore(name: string, kernel: string): Promise<void> {
    await expect(this.item(name)).toBeVisible();
    await this.page.evaluate(
      async ([path = '', kernel = '']) => {
        const { jupyterapp } = window as unknown as { jupyterapp: JupyterFrontEnd };
        await jupyterapp.commands.execute('xyzpy-widgets:explore-file', { path, kernel });
      },
      [`${FOLDER}/${name}`, kernel],
    );
  }

  shown(): Locator {
    return this.page.locator('.xyzpy-WidgetPanel:visible');
  }
}

test('a double click explores a result file, without code and without fetching it', async ({
  page,
  complaints,
}, info) => {
  const fetched: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.endsWith('/digits.h5')) fetched.push(`${request.method()} ${search}`);
  });
  const files = new Files(page);
  await files.visit();
  const shown = await files.open('digits.h5');
  await expect(shown.locator('canvas').first()).toBeVisible();
  await expect(shown).toContainText('6 done, 1 failed (▲), 1 not run');
  await page.screenshot({ path: info.outputPath('file.png') });
  expect(fetched.filter((one) => !one.includes('content=0'))).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a kernel that was started for a file ends with its tab, and lives through a reload', async ({
  page,
  complaints,
}, info) => {
  const files = new Files(page);
  await files.visit();
  const shown = await files.open('it\'s "odd" ünï 數.h5');
  await expect(shown.locator('canvas').first()).toBeVisible();
  await shown.getByLabel('Kind of plot').selectOption('table');
  await expect(shown.getByRole('region', { name: 'Rows' })).toBeVisible();
  await remembered(page, 'xyzpy-widgets-explorer');
  await page.goto('lab');
  await expect(shown.getByRole('region', { name: 'Rows' })).toBeVisible();
  await page.screenshot({ path: info.outputPath('reloaded.png') });
  const sessions = async (): Promise<string[]> => {
    const found = (await (await page.request.get('api/sessions')).json()) as { name: string }[];
    return found.map(({ name }) => name).filter((name) => name.includes('ünï'));
  };
  expect(await sessions()).toHaveLength(1);
  await page.getByRole('tab', { name: /ünï/ }).locator('.lm-TabBar-tabCloseIcon').click();
  await expect.poll(sessions).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a file that is renamed or moved while it is open is followed', async ({ page, complaints }, info) => {
  writeFileSync(join(WORK, 'before.h5'), readFileSync(join(WORK, 'digits.h5')));
  rmSync(join(WORK, 'after.h5'), { force: true });
  rmSync(join(WORK, 'deeper'), { force: true, recursive: true });
  mkdirSync(join(WORK, 'deeper'));
  const rename = async (from: string, to: string): Promise<void> => {
    await page.evaluate(
      async ([from = '', to = '']) => {
        const { jupyterapp } = window as unknown as { jupyterapp: JupyterFrontEnd };
        await jupyterapp.serviceManager.contents.rename(from, to);
      },
      [`${FOLDER}/${from}`, `${FOLDER}/${to}`],
    );
  };
  const files = new Files(page);
  await files.visit();
  const shown = await files.open('before.h5');
  await expect(shown.locator('canvas').first()).toBeVisible();
  await shown.getByLabel('Kind of plot').selectOption('table');
  await expect(shown.getByRole('region', { name: 'Rows' })).toBeVisible();
  await rename('before.h5', 'after.h5');
  await expect(page.getByRole('tab', { name: 'after.h5' })).toBeVisible();
  await expect(shown.getByText('after.h5', { exact: true })).toBeVisible();
  await expect(shown.getByRole('region', { name: 'Rows' })).toBeVisible();
  await page.screenshot({ path: info.outputPath('renamed.png') });
  await rename('after.h5', 'deeper/moved.h5');
  await expect(shown.getByText('moved.h5', { exact: true })).toBeVisible();
  await expect(shown.locator('canvas').first()).toBeVisible();
  await expect(shown.getByRole('alert')).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('a folder of zarr is explored from the context menu', async ({ page, complaints }, info) => {
  const files = new Files(page);
  await files.visit();
  await files.item('digits.zarr').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Explore' }).click();
  const shown = files.shown();
  await expect(shown.locator('canvas').first()).toBeVisible();
  await expect(shown).toContainText('6 done, 1 failed (▲), 1 not run');
  await page.screenshot({ path: info.outputPath('zarr.png') });
  expect(complaints).toEqual([]);
});

test('a file that holds no results is told from one that does', async ({ page, complaints }, info) => {
  const files = new Files(page);
  await files.visit();
  const shown = await files.open('notes.h5');
  const notice = shown.getByRole('alert');
  await expect(notice).toContainText('is a text file that begins with');
  await page.screenshot({ path: info.outputPath('notes.png') });
  expect(complaints).toEqual([]);
});

test('a kernel without the package, or with another version, is told how to get it', async ({
  page,
  complaints,
}, info) => {
  const files = new Files(page);
  await files.visit();
  await files.explore('foreign.nc', 'bare');
  const notice = files.shown().getByRole('alert');
  await expect(notice).toContainText('“Without the package” has no xyzpy_widgets');
  await expect(notice).toContainText(/-m pip install xyzpy_widgets==\d/);
  await page.screenshot({ path: info.outputPath('without.png') });
  await notice.getByRole('button', { name: 'Use “With an old version”' }).click();
  await expect(notice).toContainText('“With an old version” has xyzpy_widgets 0.0.1, JupyterLab has');
  await page.screenshot({ path: info.outputPath('older.png') });
  await notice.getByRole('button', { name: 'Use “Python 3 (ipykernel)”' }).click();
  await expect(files.shown().locator('canvas').first()).toBeVisible();
  await expect(files.shown()).toContainText('sst');
  expect(complaints).toEqual([]);
});

test('a file is explored while a harvest goes on in it, and followed to its end', async ({
  page,
  complaints,
}, info) => {
  const harvest = spawn('python', ['-W', 'ignore', '-c', HARVEST], { cwd: WORK, stdio: ['pipe', 'pipe', 'inherit'] });
  const files = new Files(page);
  try {
    await once(harvest.stdout, 'data');
    await files.visit();
    const shown = await files.open('running.h5');
    await expect(shown).toContainText('2 done');
    await expect(shown).toContainText('A process is adding to this file');
    await page.screenshot({ path: info.outputPath('running.png') });
    harvest.stdin.end();
    await expect(shown).toContainText('3 done');
    await expect(shown).not.toContainText('A process is adding');
  } finally {
    harvest.kill();
  }
  expect(complaints).toEqual([]);
});

test('a kernel that was restarted is told, and the file opened again', async ({ page, complaints }, info) => {
  const files = new Files(page);
  await files.visit();
  const shown = await files.open('foreign.nc');
  await expect(shown.locator('canvas').first()).toBeVisible();
  await page.evaluate(async () => {
    const { jupyterapp } = window as unknown as { jupyterapp: JupyterFrontEnd };
    const { kernels, sessions } = jupyterapp.serviceManager;
    const model = [...sessions.running()].find(({ name }) => name === 'foreign.nc')?.kernel;
    if (!model) throw new Error('the kernel is not listed');
    const other = kernels.connectTo({ model, handleComms: false });
    await other.restart();
    other.dispose();
  });
  await expect(shown.getByRole('alert')).toContainText('foreign.nc is gone');
  await page.screenshot({ path: info.outputPath('gone.png') });
  await shown.getByRole('button', { name: 'Open again' }).click();
  await expect(shown.locator('canvas').first()).toBeVisible();
  expect(complaints).toEqual([]);
});

test('without the extension for widgets, it is said what to install', async ({ page }) => {
  await page.route('**/@jupyter-widgets/jupyterlab-manager/**', (route) => route.abort());
  const files = new Files(page);
  await files.visit();
  const notice = (await files.open('digits.h5')).getByRole('alert');
  await expect(notice).toContainText('JupyterLab shows no widgets here');
  await expect(notice).toContainText('pip install jupyterlab_widgets');
});
