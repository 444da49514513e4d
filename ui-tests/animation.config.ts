import { defineConfig } from '@playwright/test';

import config from './playwright.config';

/** The frames of the animated picture in README; `scripts/animate.py` joins them. */
export default defineConfig({
  ...config,
  testMatch: 'animation.ts',
  outputDir: 'results/animation-traces',
  timeout: 240_000,
});
