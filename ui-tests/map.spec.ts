import type { Page } from '@playwright/test';

import type { Selection } from '../src/protocol';
import { bundle, pageOf } from './gallery/page';
import { expect, test } from './page';

const built = bundle();

/** What the gallery leaves on the window. */
interface Gallery {
  readonly show: (name: string) => Promise<void>;
  readonly model: { readonly get: (name: 'selection') => Selection };
}

function picked(page: Page): Promise<Selection> {
  return page.evaluate(() => (window as unknown as Gallery).model.get('selection'));
}

test.beforeEach(async ({ page }) => {
  await page.setContent(pageOf(await built, 'light'));
  await page.evaluate(() => (window as unknown as Gallery).show('run-running'));
});

test('the map is read and picked out by keys alone', async ({ page, complaints }) => {
  const map = page.getByRole('application', { name: 'Case map' });
  const told = page.locator('.xyzpy-map').getByRole('status');
  await map.focus();
  await expect(told).toHaveText('T = 0.50 K, L = 16 · failed');
  await map.press('ArrowRight');
  await map.press('ArrowDown');
  await expect(told).toHaveText('T = 0.59 K, L = 32 · done');
  await map.press('Shift+ArrowRight');
  await map.press('Shift+ArrowDown');
  await expect(told).toHaveText('T = 0.59 K … 0.68 K, L = 32 … 64 · 4 cases: 4 done');
  await expect.poll(() => picked(page)).toEqual({ T: [1, 2], L: [1, 2] });
  await map.press('Escape');
  await expect.poll(() => picked(page)).toEqual({});
  await map.press('Enter');
  await expect(page.getByRole('region', { name: 'Case 10' })).toContainText('spectrum');
  expect(complaints).toEqual([]);
});

test('the map is picked out by dragging, and a click opens a case', async ({ page, complaints }) => {
  const map = page.getByRole('application', { name: 'Case map' });
  const box = await map.boundingBox();
  if (!box) throw new Error('The map is not drawn.');
  const [column, row] = [box.width / 40, box.height / 4];
  const at = (x: number, y: number): [number, number] => [box.x + (x + 0.5) * column, box.y + (y + 0.5) * row];
  await page.mouse.move(...at(3, 0));
  await page.mouse.down();
  await page.mouse.move(...at(8, 2), { steps: 4 });
  await page.mouse.up();
  await expect(page.getByRole('button', { name: 'Clear the selection' })).toBeVisible();
  await expect.poll(() => picked(page)).toEqual({ T: [3, 8], L: [0, 2] });
  await page.mouse.click(...at(39, 3));
  await expect(page.getByRole('region', { name: 'Case 159' })).toContainText('spectrum');
  await expect.poll(() => picked(page)).toEqual({});

  await page.getByRole('combobox', { name: 'Across' }).selectOption('L');
  await map.press('Home');
  await expect(page.locator('.xyzpy-map').getByRole('status')).toHaveText(/^L = 16 · 40 cases: /);
  expect(complaints).toEqual([]);
});
