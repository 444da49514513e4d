import manifest from '../package.json' with { type: 'json' };
import { expect, test } from './page';

test('the palette opens the About dialog, and the console stays silent', async ({ page, complaints }, info) => {
  await page.goto('lab');
  // the launcher takes the focus when it opens, and the palette closes without it
  await expect(page.getByRole('heading', { name: 'Notebook' })).toBeVisible();
  await page.getByRole('menuitem', { name: 'View' }).click();
  await page.getByRole('menuitem', { name: 'Activate Command Palette' }).click();
  await page.getByRole('textbox', { name: 'SEARCH' }).fill('xyzpy_widgets: About');
  await page.getByRole('menuitem', { name: 'xyzpy_widgets: About' }).click();

  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`xyzpy_widgets ${manifest.version}`);
  await expect(dialog).toContainText('import xyzpy_widgets as xyz');
  await page.screenshot({ path: info.outputPath('about.png') });

  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  expect(complaints).toEqual([]);
});
