import { type Locator, type Page, expect } from '@playwright/test';

/** A notebook that is open in JupyterLab; its cells are there from the beginning, and run one by one. */
export class Notebook {
  private constructor(
    readonly page: Page,
    readonly cells: Locator,
  ) {}

  /** Write a notebook with some cells and open it. */
  static async open(page: Page, name: string, sources: readonly string[]): Promise<Notebook> {
    const cells = sources.map((source, place) => ({
      cell_type: 'code',
      id: `cell-${String(place)}`,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    }));
    const kernelspec = { name: 'python3', display_name: 'Python 3' };
    const content = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    await page.request.get('/lab');
    await page.request.put(`/api/contents/${name}`, {
      data: { type: 'notebook', content },
      headers: { 'X-XSRFToken': await token(page) },
    });
    await page.goto(`/lab/tree/${name}?reset`);
    const notebook = new Notebook(page, page.locator('.jp-NotebookPanel .jp-CodeCell'));
    await expect(notebook.cells.first()).toBeVisible();
    await notebook.ready();
    return notebook;
  }

  /** Wait until the kernel is idle. */
  async ready(): Promise<void> {
    await expect(this.page.locator('.jp-Notebook-ExecutionIndicator').first()).toHaveAttribute('data-status', 'idle');
  }

  /** Run a cell and wait for its end. */
  async run(place: number): Promise<Locator> {
    const cell = this.cells.nth(place);
    await cell.locator('.cm-content').click();
    const prompt = cell.locator('.jp-InputPrompt');
    const before = await prompt.innerText();
    await this.page.keyboard.press('Control+Enter');
    await expect(prompt).not.toHaveText(before);
    await expect(prompt).toHaveText(/\[\d+\]:/);
    return cell.locator('.jp-OutputArea').first();
  }

  /** Run a cell again and return what it prints. */
  async printed(place: number): Promise<string> {
    await this.run(place);
    return (await this.cells.nth(place).locator('.jp-OutputArea-output').last().innerText()).trim();
  }
}

async function token(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return cookies.find((cookie) => cookie.name === '_xsrf')?.value ?? '';
}
