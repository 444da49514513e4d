import { expect, type Page } from '@playwright/test';

interface Commands {
  execute: (id: string, args: unknown) => Promise<void>;
}

/** Show JupyterLab in the light or in the dark, and wait until its curtain is gone, which two changes would both remove. */
export async function dress(page: Page, theme: 'Light' | 'Dark'): Promise<void> {
  await page.evaluate(async (wanted) => {
    const { commands } = (window as unknown as { jupyterapp: { commands: Commands } }).jupyterapp;
    await commands.execute('apputils:change-theme', { theme: wanted });
  }, `JupyterLab ${theme}`);
  await expect(page.locator('body')).toHaveAttribute('data-jp-theme-light', String(theme === 'Light'));
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
}
