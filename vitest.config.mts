import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'happy-dom',
    include: ['tests/js/**/*.spec.ts'],
    coverage: {
      include: ['src/core/**', 'src/protocol/**'],
      reporter: ['text'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
