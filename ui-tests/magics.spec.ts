import { Notebook } from './notebooks';
import { expect, test } from './page';

test('a line that is typed shows a monitor, leaves the cells free, and reads as text at the end', async ({
  page,
  complaints,
}) => {
  const notebook = new Notebook(page, 'magics.ipynb');
  const body = '%%xyz sweep slow -o out -f magics.h5\ntime.sleep(0.05)\na';
  await notebook.open(['%load_ext xyzpy_widgets\nimport time', body, '', '%xyz stop slow', 'r = %xyz run slow']);
  await notebook.run(0);
  await notebook.run(1);
  await expect(notebook.output(1)).toContainText('slow = Harvester of slow(a)');

  await notebook.cell(2).locator('.jp-Cell-inputWrapper .cm-content').click();
  await page.keyboard.type('%xyz run slow a=1:2000');
  await notebook.run(2);
  const output = notebook.output(2);
  await expect(output.getByText(/^[1-9]\d* of 2,000$/)).toBeVisible();
  await expect(output.getByRole('progressbar')).toBeVisible();
  await expect(notebook.cell(2)).not.toContainText('[*]:');
  await output.getByRole('button', { name: 'Pause' }).click();
  await expect(output.getByRole('button', { name: 'Resume' })).toBeVisible();
  await output.getByRole('button', { name: 'Resume' }).click();

  await notebook.run(3);
  await expect(notebook.output(3)).toContainText('<Run slow: ');
  await expect(output).toContainText(/slow\(a\)\s*[1-9]\d* of 2000 done, stopped after/);
  await expect(output.getByRole('progressbar')).toHaveCount(0);

  await notebook.run(4);
  await expect(notebook.output(4)).toBeEmpty();
  await notebook.write(4, '%xyz cancel slow');
  await notebook.run(4);
  await expect(notebook.output(4)).toContainText('<Run slow: ');
  expect(complaints).toEqual([]);
});
