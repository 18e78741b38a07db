// What the pages take for the API is what the server describes.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'vitest';
import { inFolder, OwnServer } from '../browser/own_server';

const web = fileURLToPath(new URL('../../web', import.meta.url));

test('the types of the pages are those of /openapi.json', async () => {
  await inFolder(async (folder) => {
    const server = await OwnServer.start(folder, 'memory:');
    try {
      const check = ['--prefix', web, 'run', '--silent', 'contract', '--', '--check'];
      await promisify(execFile)('npm', check, { env: { ...process.env, VESTNIK_URL: server.url } });
    } finally {
      await server.end('SIGTERM');
    }
  });
});
