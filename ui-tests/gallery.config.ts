import { defineConfig } from '@playwright/test';

import config from './playwright.config';

/** The gallery alone, which needs no JupyterLab. */
const { webServer: _, ...alone } = config;

export default defineConfig({ ...alone, testMatch: 'gallery.spec.ts', outputDir: 'results/gallery-traces' });
