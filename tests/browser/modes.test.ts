// Every page on a server that is open to all, and on one that wants sessions.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { isLive, lines } from './live_list';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnServer } from './own_server';
import { Browser, until } from './support';

const modes: [string, string[]][] = [
  ['an open server', []],
  ['a server with sessions', ['--require-sessions']],
];
/** So long a page is watched that ought to keep still. */
const watchedMs = 1500;

let browser: Browser;
let folder: string;
const servers: OwnServer[] = [];

async function start(options: string[]): Promise<string> {
  const server = await OwnServer.start(folder, `sqlite:${folder}/${servers.length}.db`, options);
  servers.push(server);
  return server.url;
}

beforeAll(async () => {
  browser = await Browser.launch();
  folder = await mkdtemp(join(tmpdir(), 'vestnik-modes-'));
});

afterAll(async () => {
  await browser.close();
  await Promise.all(servers.map((server) => server.end('SIGTERM')));
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  expect(await browser.endStory()).toEqual([]);
});

async function sayName(page: Page, name: string): Promise<void> {
  await page.getByLabel('What should others call you?').fill(name);
  await page.keyboard.press('Enter');
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('dialog').getByLabel('What should others call you?').fill(name);
  await page.keyboard.press('Enter');
  await page.getByRole('banner').getByRole('button', { name }).waitFor();
}

const secretOf = (page: Page): Promise<string> =>
  page.evaluate(() => (JSON.parse(localStorage.getItem('vestnik.session')!) as { secret: string }).secret);

/** The answer to `GET /api/v1/rooms`, called from the reference. */
async function tryRooms(page: Page): Promise<string> {
  const rooms = page.locator('.opblock-get', { has: page.locator('[data-path="/api/v1/rooms"]') });
  await rooms.locator('.opblock-summary').click();
  await rooms.getByRole('button', { name: 'Try it out' }).click();
  await rooms.getByRole('button', { name: 'Execute' }).click();
  return rooms.locator('.live-responses-table .response-col_status').last().innerText();
}

describe.each(modes)('on %s', (_, options) => {
  let url: string;

  beforeAll(async () => {
    url = await start(options);
  });

  it('all pages work for who has signed in on one of them', async () => {
    const page = await browser.open('/write?room=lobby', { base: url });
    await signIn(page, 'Vera');

    await page.getByRole('textbox', { name: 'Message' }).fill('by hand');
    await page.keyboard.press('Enter');
    await page.locator('[data-state="sent"]').waitFor();
    await page.getByLabel('Messages per second').fill('5');
    await page.getByRole('button', { name: 'Start' }).click();
    const figure = async (name: string) => Number(await page.locator(`[data-figure="${name}"]`).innerText());
    await until(async () => (await figure('acknowledged')) >= 3);
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await figure('failed')).toBe(0);

    await page.goto(`${url}/live?room=lobby`);
    await isLive(page);
    await lines(page).getByText('by hand').waitFor();
    const authors = await page.locator('[data-pos] .author').allInnerTexts();
    expect(authors.length).toBeGreaterThan(3);
    expect(new Set(authors)).toEqual(new Set(['Vera']));

    await page.goto(`${url}/history?room=lobby&range=all`);
    await page.locator('tbody').getByText('by hand').waitFor();

    await page.goto(`${url}/status`);
    await page.getByText('All is well').waitFor();
    // Where people have sessions, statistics are for the operator alone.
    if (options.length === 0) await page.locator('dd').first().waitFor();
    else await page.getByText('for its operator').waitFor();

    await page.goto(`${url}/docs`);
    await page.getByText('Calls are made as Vera').waitFor();
    expect(await tryRooms(page)).toContain('200');

    await page.goto(`${url}/?room=lobby`);
    await page.getByRole('article').getByText('by hand').waitFor();
  });

  it('who has lost their session while they look on is told', async () => {
    const page = await browser.open('/write?room=lobby', { base: url });
    await signIn(page, 'Zoe');
    const headers = { Authorization: `Bearer ${await secretOf(page)}` };
    await fetch(`${url}/api/v1/sessions/me`, { method: 'DELETE', headers });
    await page.getByRole('textbox', { name: 'Message' }).fill('as whom?');
    await page.keyboard.press('Enter');
    await page.getByText('Your session has ended: you are not Zoe any more').waitFor();
    await page.locator('[data-state="failed"]').waitFor();
    await signIn(page, 'Zoe');
    expect(await page.getByText('Your session has ended').count()).toBe(0);
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.locator('[data-state="sent"]').waitFor();
  });

  it('no page asks again and again for what is refused', async () => {
    for (const path of [
      '/write',
      '/write?room=nosuch',
      '/live?room=nosuch',
      '/history?room=nosuch',
      '/status',
      '/docs',
    ]) {
      const page = await browser.open('/icon.svg', { base: url });
      let refused = 0;
      page.on('response', (response) => (refused += Number(response.status() >= 400)));
      await page.goto(url + path);
      await page.waitForTimeout(watchedMs);
      expect([path, refused <= 4]).toEqual([path, true]);
    }
  });
});

describe('where sessions are wanted', () => {
  let url: string;

  beforeAll(async () => {
    url = await start(['--require-sessions']);
  });

  it.each([
    ['/write?room=lobby', 'Send'],
    ['/live?room=lobby', 'Pause'],
    ['/history?room=lobby', 'Refresh'],
  ])('%s asks for a name in its place, and then works', async (path, button) => {
    const page = await browser.open(path, { base: url });
    await page.getByText('shows its rooms only to those who say who they are').waitFor();
    await sayName(page, 'Vera');
    await page.getByText('shows its rooms only').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: button }).waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Vera' }).waitFor();
    if (path.startsWith('/live')) await isLive(page);
    if (path.startsWith('/history')) await page.getByTestId('empty').waitFor();
    if (path.startsWith('/write')) await page.getByText('0 characters').waitFor();
  });

  it('the chat tells who has not signed in so, and claims nothing else', async () => {
    const page = await browser.open('/?room=lobby', { base: url });
    const isSignedOut = async () => {
      await page.getByText('You are not signed in').waitFor();
      await page.getByText('Not signed in', { exact: true }).waitFor();
      await page.waitForTimeout(watchedMs);
      expect(await page.locator('[data-connection="good"]').count()).toBe(0);
      for (const text of ['Nobody has joined', 'here now'])
        expect([text, await page.getByText(text).count()]).toEqual([text, 0]);
      for (const name of ['Search', 'People']) expect(await page.getByRole('button', { name }).count()).toBe(0);
    };
    await isSignedOut();
    await sayName(page, 'Vera');
    await page.locator('[data-connection="good"]').getByText('Live').waitFor();
    await page.getByTestId('here').waitFor();
    await fetch(`${url}/api/v1/sessions/me`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${await secretOf(page)}` },
    });
    await isSignedOut();
    await page.getByText('Your session has ended').waitFor();
  });

  it('what ends the session is said where one reads, and reading goes on after a name', async () => {
    const page = await browser.open('/live?room=lobby', { base: url });
    await sayName(page, 'Vera');
    await isLive(page);
    const headers = { Authorization: `Bearer ${await secretOf(page)}` };
    await fetch(`${url}/api/v1/sessions/me`, { method: 'DELETE', headers });
    await page.getByText('Your session has ended').waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).waitFor();
    await sayName(page, 'Vera');
    await isLive(page);
  });

  it('the end of the session is told while one can do something about it', async () => {
    const page = await browser.open('/live?room=lobby', {
      base: await start(['--require-sessions', '--session-ttl', '2m']),
    });
    await sayName(page, 'Vera');
    await page.getByText('Your session ends in').waitFor();
    await page.getByRole('button', { name: 'Write' }).click();
    await page.waitForURL(/write\?room=lobby/);
    await page.getByText('0 characters').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('text');
  });

  it('a session that is good for long is not spoken of', async () => {
    const page = await browser.open('/history?room=lobby', { base: url });
    await sayName(page, 'Vera');
    await page.getByTestId('empty').or(page.getByTestId('extent')).waitFor();
    expect(await page.getByText('Your session ends').count()).toBe(0);
  });

  it('a stream of messages stops when its session has ended', async () => {
    const page = await browser.open('/write?room=lobby', { base: url });
    await signIn(page, 'Vera');
    await page.getByRole('button', { name: 'Start' }).click();
    await until(async () => Number(await page.locator('[data-figure="acknowledged"]').innerText()) > 2);
    const headers = { Authorization: `Bearer ${await secretOf(page)}` };
    await fetch(`${url}/api/v1/sessions/me`, { method: 'DELETE', headers });
    await page.getByText('so the stream has stopped').waitFor();
    await page.getByRole('button', { name: 'Start' }).waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('the reference can be used with another session than that of the browser', async () => {
    const page = await browser.open('/docs', { base: url });
    await page.getByText('Sign in to try calls').waitFor();
    expect(await tryRooms(page)).toContain('401');
  });
});
