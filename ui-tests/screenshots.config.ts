import { defineConfig } from '@playwright/test';

import config from './playwright.config';

/** Pictures of every state of the panel and of the explorer, for a reader's eyes; nothing is compared. */
export default defineConfig({
  ...config,
  testMatch: ['screenshots.ts', 'explorer.screenshots.ts'],
  outputDir: 'results/screenshots-traces',
  timeout: 240_000,
});
