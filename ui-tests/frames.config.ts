import { defineConfig } from '@playwright/test';

import config from './playwright.config';

/** How smooth the page is while a plot changes; `python benchmarks/explorer.py` runs it. */
export default defineConfig({
  ...config,
  testMatch: 'frames.ts',
  outputDir: 'results/frames-traces',
  timeout: 150_000,
  use: { ...config.use, trace: 'off' },
});
