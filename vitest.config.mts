import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'happy-dom',
    include: ['tests/js/**/*.spec.ts'],
    // none waits for time; on a machine with other work each may take long
    testTimeout: 120_000,
    coverage: {
      include: ['src/core/**', 'src/protocol/**'],
      reporter: ['text'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
