import { defineConfig } from '@playwright/test';

import config from './playwright.config';

/** How smooth the page is while a plot changes; `python benchmarks/explorer.py` runs it. */
export default defineConfig({
  ...config,
  testMatch: 'frames.ts',
  outputDir: 'results/frames-traces',
  reporter: [['list'], ['json', { outputFile: 'results/frames.json' }]],
  retries: 0,
  use: { ...config.use, trace: 'off' },
});
