// A server of the stories' own, to be stopped, killed and started again: the binary at VESTNIK_BINARY, or what `make` built.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = process.env['VESTNIK_BINARY'] ?? fileURLToPath(new URL('../../build/vestnik', import.meta.url));
const startTimeoutMs = 15_000;

export class OwnServer {
  private constructor(
    readonly url: string,
    readonly grpc: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(folder: string, store: string, options: string[] = []): Promise<OwnServer> {
    const portsFile = join(folder, `ports-${Date.now()}.json`);
    const listening = ['--port', '0', '--grpc-port', '0', '--metrics-port', '0', '--ports-file', portsFile];
    const settings = ['serve', '--store', store, '--log-level', 'warn', ...listening, ...options];
    const server = spawn(binary, settings, { stdio: 'inherit', env: plainEnvironment() });
    const end = Date.now() + startTimeoutMs;
    while (Date.now() < end && server.exitCode === null) {
      const written = await readFile(portsFile, 'utf8').catch(() => '');
      if (written.trim().endsWith('}')) {
        const ports = JSON.parse(written) as { http: number; grpc: number };
        return new OwnServer(`http://127.0.0.1:${ports.http}`, `127.0.0.1:${ports.grpc}`, server);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    server.kill('SIGKILL');
    throw new Error(`${binary} did not start`);
  }

  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.process.once('exit', () => resolve());
      this.process.kill(signal);
    });
  }
}

/** Without the settings of the stories, which the server would take for its own. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VESTNIK_')));
}

/** A folder that is gone when `use` is done. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vestnik-browser-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
