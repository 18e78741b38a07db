import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { Gate } from './gate';
import { allNumbers, isLive, lines, upTo } from './live_list';
import { inFolder, OwnServer } from './own_server';
import { Browser, post } from './support';

let browser: Browser;

beforeAll(async () => {
  browser = await Browser.launch();
});

afterAll(() => browser.close());
afterEach(async () => expect(await browser.endStory()).toEqual([]));

interface Scene {
  page: Page;
  write: (from: number, to: number) => Promise<void>;
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
  /** Starts it again; the page reaches it when `meanwhile` is done. */
  start: (meanwhile: () => Promise<void>) => Promise<void>;
}

/** A live page on a server that can be ended and started again behind the same address. */
async function play(store: (folder: string) => string, story: (scene: Scene) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const gate = await Gate.open();
    let server = await OwnServer.start(folder, store(folder));
    gate.target = server.url;
    const write = async (from: number, to: number) => {
      for (let seq = from; seq <= to; ++seq) await post('stream', `message ${seq}`, seq, { base: server.url });
    };
    try {
      await write(1, 5);
      const page = await browser.open('/live', { base: gate.url });
      await isLive(page);
      await story({
        page,
        write,
        end: (signal) => server.end(signal),
        start: async (meanwhile) => {
          server = await OwnServer.start(folder, store(folder));
          await meanwhile();
          gate.target = server.url;
        },
      });
    } finally {
      await server.end('SIGKILL');
      await gate.close();
    }
  });
}

const sqlite = (folder: string) => `sqlite:${folder}/vestnik.db`;

describe('the live page and a server that goes and comes back', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('has every message once after %s', async (signal) => {
    await play(sqlite, async ({ page, write, end, start }) => {
      await write(6, 40);
      const said = signal === 'SIGTERM' ? 'The server is restarting' : 'The connection is lost';
      // It is said until the page tries again, which may be before the server has ended.
      await Promise.all([page.getByText(said).waitFor(), end(signal)]);
      await start(() => write(41, 60));
      await page.getByText('Caught up 20 messages, none is missing').waitFor();
      await write(61, 61);
      await lines(page).getByText('message 61').waitFor();
      expect(await allNumbers(page)).toEqual(upTo(61));
      expect(await page.locator('.hole').count()).toBe(0);
    });
  });

  it('shows that the history began anew when the server kept none', async () => {
    await play(
      () => 'memory:',
      async ({ page, write, end, start }) => {
        await end('SIGTERM');
        await start(() => write(1, 3));
        await page.getByText('history begins anew here').waitFor();
        await lines(page).getByText('message 3').nth(1).waitFor();
        await isLive(page);
      },
    );
  });
});

describe('the chat and a server that goes and comes back', () => {
  const texts = (page: Page) => page.locator('[data-id] .text').allInnerTexts();

  it('sends what was written meanwhile, once and in order', async () => {
    await inFolder(async (folder) => {
      const gate = await Gate.open();
      let server = await OwnServer.start(folder, sqlite(folder));
      gate.target = server.url;
      try {
        const page = await browser.open('/?room=lobby', { base: gate.url });
        await page.getByLabel('What should others call you?').fill('Анна');
        await page.keyboard.press('Enter');
        const field = page.getByRole('textbox', { name: 'Message to lobby' });
        const write = async (text: string) => {
          await field.fill(text);
          await page.keyboard.press('Enter');
        };
        await write('before');
        await page.locator('[data-id]', { hasText: 'before' }).waitFor();
        await server.end('SIGKILL');
        await page.locator('[data-live="waiting"]').waitFor({ state: 'attached' });
        await write('meanwhile 1');
        await write('meanwhile 2');
        await page.locator('[data-state="failed"]').nth(1).waitFor();
        server = await OwnServer.start(folder, sqlite(folder));
        gate.target = server.url;
        await page.locator('[data-id]', { hasText: 'meanwhile 2' }).waitFor();
        expect(await texts(page)).toEqual(['before', 'meanwhile 1', 'meanwhile 2']);
        expect(await page.locator('[data-state]').count()).toBe(0);
      } finally {
        await server.end('SIGKILL');
        await gate.close();
      }
    });
  });

  it('asks for a name again when the server has forgotten everybody', async () => {
    await inFolder(async (folder) => {
      const gate = await Gate.open();
      let server = await OwnServer.start(folder, 'memory:');
      gate.target = server.url;
      try {
        const page = await browser.open('/?room=lobby', { base: gate.url });
        await page.getByLabel('What should others call you?').fill('Анна');
        await page.keyboard.press('Enter');
        await page.getByRole('textbox', { name: 'Message to lobby' }).fill('gone');
        await page.keyboard.press('Enter');
        await page.locator('[data-id]', { hasText: 'gone' }).waitFor();
        await server.end('SIGTERM');
        server = await OwnServer.start(folder, 'memory:');
        gate.target = server.url;
        await page.getByText('Your session has ended').waitFor();
        await page.getByRole('button', { name: 'Start writing' }).click();
        await page.getByRole('textbox', { name: 'Message to lobby' }).fill('anew');
        await page.keyboard.press('Enter');
        await page.locator('[data-id]', { hasText: 'anew' }).waitFor();
        expect(await texts(page)).toEqual(['anew']);
      } finally {
        await server.end('SIGKILL');
        await gate.close();
      }
    });
  });
});
