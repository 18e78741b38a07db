// What is not there any more while a page speaks of it: rooms, messages, sessions.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { changeRoom, closeRoom, closeSession, enter, react, row, say, signedIn } from './chat_page';
import { anna, boris, browser, phone, room } from './conversation';
import { Gate } from './gate';
import { isLive } from './live_list';
import { server } from './support';

/** So long a page is watched that ought to keep still. */
const watchedMs = 1500;
const atOnceMs = 2000;

async function look(path: string, options: Parameters<typeof browser.open>[1] = {}): Promise<Page> {
  if (path === '/') return enter(browser, room, boris, options);
  const page = await browser.open(`${path}?room=${room}`, options);
  if (path === '/live') await isLive(page);
  else await page.getByText('characters').waitFor();
  return page;
}

describe('a room that is closed while it is open', () => {
  it.each(['/', '/live', '/write'])('is told at once on %s, which leads on and asks for nothing more', async (path) => {
    await say(boris, room, 'seen before');
    const page = await look(path);
    await page.waitForTimeout(watchedMs);
    const asked: string[] = [];
    page.on('request', (request) => request.url().includes(room) && asked.push(request.url()));
    await closeRoom(anna, room);
    const told = page.getByText('This room has been closed');
    await told.waitFor({ timeout: atOnceMs });
    await page.waitForTimeout(watchedMs);
    expect(asked).toEqual([]);
    if (path === '/') {
      expect(await page.getByText('here now').count()).toBe(0);
      await page.getByRole('button', { name: 'Go to “lobby”' }).click();
      await page.getByRole('heading', { name: 'lobby', level: 1 }).waitFor();
    } else {
      if (path === '/write') {
        await page.getByRole('textbox', { name: 'Message' }).fill('too late');
        expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
      }
      await page.getByRole('button', { name: 'Choose another room' }).click();
      await page.getByRole('option', { name: 'lobby' }).click();
    }
    await told.waitFor({ state: 'detached' });
  });

  it.each(['/', '/live', '/write'])('is told on %s after the connection was cut', async (path) => {
    const gate = await Gate.open();
    try {
      const page = await look(path, { base: gate.url });
      await page.waitForTimeout(watchedMs);
      gate.cut();
      await closeRoom(anna, room);
      gate.restore();
      await page.getByText(/This room has been closed|There is no room/).waitFor();
    } finally {
      await gate.close();
    }
  });

  it('is left with one touch on a phone', async () => {
    const page = await enter(browser, room, boris, phone);
    await closeRoom(anna, room);
    await page.getByRole('button', { name: 'Go to “lobby”' }).tap();
    await page.getByRole('heading', { name: 'lobby', level: 1 }).waitFor();
  });
});

describe('a link to a message that is not there', () => {
  const told = (page: Page) => page.getByText('The message of this link is not there');

  it('says so, and the newest ones are shown', async () => {
    const { pos, id } = await say(anna, room, 'the first');
    await react(boris, id, '👍');
    for (let n = 2; n <= 4; ++n) await say(anna, room, `message ${n}`);
    const epoch = pos.split(':')[0]!;
    const page = await enter(browser, room, boris);
    for (const at of [`${epoch}:999`, `${epoch}:2`, 'zz9:1', 'nonsense']) {
      await page.goto(`${server}/?${new URLSearchParams({ room, at })}`);
      await told(page).waitFor();
      await row(page, 'message 4').waitFor();
      expect(await page.locator('.pointed').count()).toBe(0);
    }
    await changeRoom(anna, room, { message_limit: 2 });
    await page.goto(`${server}/?${new URLSearchParams({ room, at: pos })}`);
    await told(page).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await told(page).waitFor({ state: 'detached' });
  });

  it('is not said of one that is there, or of a server that is not reached', async () => {
    const { pos } = await say(anna, room, 'the one');
    for (let n = 2; n <= 400; ++n) await say(anna, room, `message ${n}`);
    const page = await enter(browser, room, boris);
    await page.route('**/messages?*before=*', (route) => route.abort(), { times: 1 });
    await page.goto(`${server}/?${new URLSearchParams({ room, at: pos })}`);
    await page.getByText('The server is not reached').waitFor();
    expect(await told(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.locator('.pointed', { hasText: 'the one' }).waitFor();
    expect(await told(page).count()).toBe(0);
  });
});

describe('a session that has ended elsewhere', () => {
  it.each(['/', '/live', '/write', '/history', '/status'])('is told on %s of an open server', async (path) => {
    const page = await browser.open(`${path}?room=${room}`, { storageState: signedIn(boris) });
    await page.getByRole('button', { name: /^Boris/ }).waitFor();
    await page.waitForTimeout(watchedMs);
    await closeSession(boris);
    await page.getByText('Your session has ended').waitFor({ timeout: 12_000 });
    expect(await page.getByRole('button', { name: /^Boris/ }).count()).toBe(0);
  });
});
