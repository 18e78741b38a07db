import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { compressedTwins, swaggerPages } from './build_plugins';

// The server that `npm run dev` talks to.
const server = process.env['VESTNIK_URL'] ?? 'http://127.0.0.1:5000';
const forwarded = ['/api', '/stats', '/health', '/version', '/livez', '/readyz', '/openapi.json'];

export default defineConfig({
  publicDir: 'src/public',
  plugins: [svelte(), swaggerPages(), compressedTwins()],
  build: {
    target: 'es2022',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      ...Object.fromEntries(forwarded.map((path) => [path, { target: server }])),
      // The host stays as the browser named it: the server refuses sockets of other origins.
      '/ws': { target: server, ws: true },
      '/rpc': { target: server, ws: true },
    },
  },
});
