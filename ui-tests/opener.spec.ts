import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { expect, test } from './page';

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

/** Run some Python beside the files. */
function python(code: string): string {
  return execFileSync('python', ['-W', 'ignore', '-c', code], { cwd: WORK, encoding: 'utf-8' });
}

test.describe.configure({ timeout: 180_000 });

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
  await expect(shown.locator('canvas').first()).toBeVisible({ timeout: 60_000 });
  await expect(shown).toContainText('6 done, 1 failed (▲), 1 not run');
  await page.screenshot({ path: info.outputPath('file.png') });
  expect(fetched.filter((one) => !one.includes('content=0'))).toEqual([]);
  expect(complaints).toEqual([]);
});
