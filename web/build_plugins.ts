// Steps of the build that Vite does not do itself: the pages of Swagger UI, and a gzip twin beside every larger file.
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin, ResolvedConfig } from 'vite';

const swaggerFiles = ['swagger-ui.css', 'swagger-ui-bundle.js'];
const compressible = /\.(html|js|css|svg|json|txt|map)$/;
const smallestCompressedBytes = 1024;

/** Puts Swagger UI and our own page around it into `docs/`. */
export function swaggerPages(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'vestnik-swagger-pages',
    apply: 'build',
    configResolved: (resolved) => void (config = resolved),
    async closeBundle() {
      const from = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
      const to = resolve(config.root, config.build.outDir, 'docs');
      await mkdir(to, { recursive: true });
      for (const file of swaggerFiles) await copyFile(join(from, file), join(to, file));
      const own = join(config.root, 'src', 'docs');
      for (const file of await readdir(own)) await copyFile(join(own, file), join(to, file));
    },
  };
}

/** Writes `<file>.gz` beside every compressible file of more than 1 KiB; runs after all other steps. */
export function compressedTwins(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'vestnik-compressed-twins',
    apply: 'build',
    enforce: 'post',
    configResolved: (resolved) => void (config = resolved),
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: () => compressFolder(resolve(config.root, config.build.outDir)),
    },
  };
}

async function compressFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const about = await stat(path);
    if (about.isDirectory()) {
      await compressFolder(path);
    } else if (compressible.test(name) && about.size > smallestCompressedBytes) {
      await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
    }
  }
}
