// The clients that programs in Node use, against servers of their own: the binary at VESTNIK_BINARY, or what `make` built.
import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  server: { fs: { strict: false } },
  resolve: {
    // The tests stand outside of this folder, where the packages are.
    alias: Object.fromEntries(
      ['ws', 'eventsource', 'playwright-core', '@grpc/grpc-js', '@grpc/proto-loader'].map((name) => [
        name,
        require.resolve(name),
      ]),
    ),
  },
  test: { include: ['../tests/clients/*.test.ts'], environment: 'node', fileParallelism: false, testTimeout: 60_000 },
});
