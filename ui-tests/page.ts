import { expect, type Page, test as base } from '@playwright/test';

/** A test whose `complaints` collect every error that the page's console or scripts report. */
export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await use(complaints);
    },
    { auto: true },
  ],
});

/** Let a page reach its own server alone, and return the addresses that it tried besides. */
export async function offline(page: Page): Promise<readonly string[]> {
  const refused: string[] = [];
  await page.route(
    (url) => url.hostname !== '127.0.0.1',
    async (route) => {
      refused.push(route.request().url());
      await route.abort();
    },
  );
  return refused;
}

/** Wait until JupyterLab has written down a tab, by which it opens it again; it does so a while after it was opened. */
export async function remembered(page: Page, tab: string): Promise<void> {
  await expect.poll(async () => (await page.request.get('lab/api/workspaces')).text()).toContain(tab);
}

export { expect };
