import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/engines/global-setup.ts'],
    reporters: ['default', './test/left-out.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
