import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ISessionContext } from '@jupyterlab/apputils';
import { expect, type Locator, type Page } from '@playwright/test';

const WORK = join(__dirname, 'results', 'server', 'work');

declare global {
  interface Window {
    /** The application, as the server is configured to expose it. */
    jupyterapp?: { shell: { currentWidget?: { sessionContext?: ISessionContext } | null } };
  }
}

/** Which application shows a notebook. */
export type Shell = 'lab' | 'notebook';

/** A notebook that a test writes, opens and runs as a reader would. */
export class Notebook {
  constructor(
    readonly page: Page,
    readonly name: string,
    readonly shell: Shell = 'lab',
    readonly kernel = 'python3',
  ) {}

  /** Write some cells into a file, open it, and wait until its kernel is ready. */
  async open(cells: readonly string[]): Promise<void> {
    mkdirSync(WORK, { recursive: true });
    writeFileSync(join(WORK, this.name), JSON.stringify(documentOf(cells, this.kernel)));
    await this.visit();
  }

  /** Open the file as it is, in an empty window, and wait until its kernel is ready. */
  async visit(): Promise<void> {
    await this.look();
    await this.ready();
  }

  /** Open the file as it is, in an empty window, whatever its kernel does. */
  async look(): Promise<void> {
    await this.page.goto(this.shell === 'lab' ? `lab/tree/${this.name}?reset` : `notebooks/${this.name}`);
  }

  /** Give the notebook a kernel that knows of nothing. */
  async restart(): Promise<void> {
    await this.page.getByRole('menuitem', { name: 'Kernel', exact: true }).click();
    await this.page.getByRole('menuitem', { name: 'Restart Kernel…' }).click();
    await this.page.getByRole('button', { name: 'Confirm Kernel Restart' }).click();
    await this.ready();
  }

  /** Write into the file that its kernel is one which is not there. */
  forgetKernel(): void {
    const file = join(WORK, this.name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"name": "python3"/, '"name": "gone"'));
  }

  /** Wait until the page has a kernel, hears it, and shows that it has nothing to do. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(() => {
      const { session, isReady } = window.jupyterapp?.shell.currentWidget?.sessionContext ?? {};
      return isReady && session?.kernel?.connectionStatus === 'connected';
    });
    await expect(this.page.locator('.jp-Notebook-ExecutionIndicator')).toHaveAttribute('data-status', 'idle');
  }

  cell(place: number): Locator {
    return this.page.locator('.jp-Notebook .jp-Cell').nth(place);
  }

  output(place: number): Locator {
    return this.cell(place).locator('.jp-Cell-outputWrapper');
  }

  /** Run one cell, without waiting for its end; keys that come before the page listens are pressed again. */
  async run(place: number): Promise<void> {
    const prompt = this.cell(place).locator('.jp-InputPrompt').first();
    const before = await prompt.innerText();
    await expect(async () => {
      await this.cell(place).locator('.jp-Cell-inputWrapper .cm-content').click();
      await this.page.keyboard.press('Control+Enter');
      await expect(prompt).not.toHaveText(before, { timeout: 10_000 });
    }).toPass();
  }

  /** Run one cell and wait for its end; a cell that was sent before its kernel listened is run again. */
  async finish(place: number): Promise<void> {
    await expect(async () => {
      await this.run(place);
      await expect(this.cell(place).locator('.jp-InputPrompt').first()).toHaveText(/\[\d+\]:/, { timeout: 15_000 });
    }).toPass();
  }

  /** Write code into a cell. */
  async write(place: number, code: string): Promise<void> {
    await this.cell(place).locator('.jp-Cell-inputWrapper .cm-content').fill(code);
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Control+s');
    await expect(this.page.locator('.jp-mod-dirty')).toHaveCount(0);
  }
}

function documentOf(cells: readonly string[], kernel: string): unknown {
  return {
    cells: cells.map((source, place) => ({
      cell_type: 'code',
      execution_count: null,
      id: `cell-${place.toString()}`,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: { kernelspec: { display_name: 'Python 3 (ipykernel)', language: 'python', name: kernel } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
