// Stories in a real browser against the server at VESTNIK_URL. BROWSER_JUNIT names a file for the results.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const junit = process.env['BROWSER_JUNIT'];

export default defineConfig({
  server: { fs: { strict: false } },
  resolve: {
    alias: { 'playwright-core': fileURLToPath(new URL('node_modules/playwright-core/index.mjs', import.meta.url)) },
  },
  test: {
    include: ['../tests/browser/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
    reporters: junit ? ['default', 'junit'] : ['default'],
    ...(junit ? { outputFile: { junit } } : {}),
  },
});
