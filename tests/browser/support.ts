// What the stories share: the server under test, one browser, rooms of their own, and ways to write from outside.
import { randomBytes } from 'node:crypto';
import { chromium, type Browser as ChromiumBrowser, type BrowserContextOptions, type Page } from 'playwright-core';

export const server = (process.env['VESTNIK_URL'] ?? 'http://127.0.0.1:5000').replace(/\/$/, '');

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * One Chromium for all stories of a file, with an empty profile of its own; each page has a context of its own, as if it were
 * another person's. What goes wrong inside a page is collected and must be empty at the end of a story.
 */
export class Browser {
  readonly #problems: string[] = [];

  private constructor(readonly chromium: ChromiumBrowser) {}

  static async launch(): Promise<Browser> {
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    return new Browser(await chromium.launch({ executablePath, args: flags }));
  }

  async open(path: string, options: BrowserContextOptions & { base?: string } = {}): Promise<Page> {
    const { base = server, ...rest } = options;
    const context = await this.chromium.newContext({
      locale: 'en-US',
      viewport: { width: 1440, height: 900 },
      ...rest,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.#problems.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.#problems.push(message.text());
    });
    await page.goto(base + path);
    return page;
  }

  /** Ends a story: closes its pages, and returns errors thrown in them and violations of the server's content policy. */
  async endStory(): Promise<string[]> {
    await Promise.all(this.chromium.contexts().map((context) => context.close()));
    return this.#problems.splice(0);
  }

  close(): Promise<void> {
    return this.chromium.close();
  }
}

export interface SentMessage {
  pos: string;
  content: string;
  created_at: string;
}

async function call<T>(method: string, path: string, body?: unknown, base = server): Promise<T> {
  const response = await fetch(base + path, {
    method,
    ...(body === undefined
      ? {}
      : {
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** A new room, so that stories do not meet. */
export async function newRoom(): Promise<string> {
  const name = `browser-${randomBytes(6).toString('hex')}`;
  await call('POST', '/api/v1/rooms', { name, max_length: 128 });
  return name;
}

interface PostOptions {
  username?: string;
  base?: string;
}

export function post(room: string, content: string, seq: number, options: PostOptions = {}): Promise<SentMessage> {
  const { base, ...author } = options;
  return call('POST', `/api/v1/rooms/${room}/messages`, { content, client_seq: seq, ...author }, base);
}

/** Writes `count` messages named `<label> <number>`, numbered from 1. */
export async function fill(room: string, label: string, count: number): Promise<void> {
  for (let seq = 1; seq <= count; ++seq) await post(room, `${label} ${seq}`, seq);
}

export const roomSize = async (room: string): Promise<number> =>
  (await call<{ message_count: number }>('GET', `/api/v1/rooms/${room}`)).message_count;

/** Waits until `check` answers true. */
export async function until(check: () => Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
