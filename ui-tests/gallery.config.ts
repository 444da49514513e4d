import { defineConfig } from '@playwright/test';

import config from './playwright.config';

/** The gallery alone, which needs no JupyterLab. */
export default defineConfig({
  ...config,
  testMatch: ['gallery.spec.ts', 'map.spec.ts'],
  outputDir: 'results/gallery-traces',
  webServer: [],
});
