import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AxeResults } from 'axe-core';

import { GALLERY } from '../tests/js/fixtures';
import { bundle, pageOf, THEMES } from './gallery/page';
import { expect, test } from './page';

const WIDTHS = { wide: 1100, narrow: 320 } as const;
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const built = bundle();

for (const theme of THEMES) {
  for (const [width, pixels] of Object.entries(WIDTHS)) {
    test(`every state can be read by everyone: ${theme}, ${width}`, async ({ page, complaints }) => {
      await page.setViewportSize({ width: pixels, height: 900 });
      const html = pageOf(await built, theme);
      for (const { name, press } of GALLERY) {
        await page.setContent(html);
        await page.evaluate(
          (shown) => (window as unknown as { show: (name: string) => Promise<void> }).show(shown),
          name,
        );
        for (const button of press ?? []) await page.getByRole('button', { name: button }).first().click();
        // what changes at once is drawn within a frame
        await page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        );
        await page.screenshot({
          path: join(__dirname, 'results', 'gallery', `${name}-${theme}-${width}.png`),
          fullPage: true,
        });

        await page.evaluate(axe);
        const found = await page.evaluate(() =>
          (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
        );
        const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(
          serious.map(({ id, nodes }) => [
            name,
            id,
            nodes.map(({ html: at, failureSummary }) => `${at} ${failureSummary ?? ''}`),
          ]),
        ).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(pixels);
      }
      expect(complaints).toEqual([]);
    });
  }
}
