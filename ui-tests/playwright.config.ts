import { defineConfig } from '@playwright/test';

const port = process.env.XYZPY_UI_PORT ?? '18888';
// everything is tested behind a prefix, as on a hub
const address = `http://127.0.0.1:${port}/behind/a-prefix/`;

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  reporter: 'list',
  forbidOnly: process.env.CI !== undefined,
  // no test waits for time; on a machine with other work each may take long
  timeout: 240_000,
  expect: { timeout: 60_000 },
  workers: 1,
  // on a machine with other work a page may once be too slow for a gesture; what needs its second try is listed as flaky
  retries: 1,
  use: {
    baseURL: address,
    viewport: { width: 1280, height: 900 },
    trace: 'retain-on-failure',
    // recording needs a program of Playwright's own, which a system browser does not bring
    video: 'off',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
  webServer: {
    command: 'jupyter lab --config jupyter_server_config.py',
    url: `${address}lab`,
    env: { XYZPY_UI_PORT: port },
    timeout: 120_000,
  },
});
