// The pages beside the chat: what they show of messages and rooms, and what they say when something is in the way.
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { call, changeMessage, person, removeMessage, say } from './chat_page';
import { isLive, lines } from './live_list';
import { Browser, newRoom, post, server, until } from './support';

let browser: Browser;
let room: string;

beforeAll(async () => {
  browser = await Browser.launch();
});

afterAll(() => browser.close());

beforeEach(async () => {
  room = await newRoom();
});

afterEach(async () => {
  expect(await browser.endStory()).toEqual([]);
});

async function sendFile(name: string): Promise<void> {
  const vera = await person('Vera');
  const headers = { Authorization: `Bearer ${vera.secret}`, 'Content-Type': 'application/octet-stream' };
  const url = `${server}/api/v1/attachments?${new URLSearchParams({ name }).toString()}`;
  const { id } = (await (await fetch(url, { method: 'POST', headers, body: 'x' })).json()) as { id: string };
  await say(vera, room, '', { attachment_ids: [id], client_seq: 1 });
}

describe('messages', () => {
  it.each(['live', 'history'])('that are files, changed or deleted are told on /%s', async (path) => {
    const boris = await person('Boris');
    await sendFile('plan of the station.txt');
    const changed = await say(boris, room, 'before', { client_seq: 1 });
    await changeMessage(boris, changed.id, 'after');
    await removeMessage(boris, (await say(boris, room, 'taken back', { client_seq: 2 })).id);
    const page = await browser.open(`/${path}?room=${room}`);
    const rows = page.locator(path === 'live' ? '[data-pos]' : 'tbody tr');
    await rows.nth(2).waitFor();
    const texts = (await rows.allInnerTexts()).sort().join('\n');
    expect(texts).toContain('plan of the station.txt');
    expect(texts).toMatch(/after\s+edited/);
    expect(texts).toContain('Message deleted');
    const link = page.getByRole('link', { name: 'plan of the station.txt' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('plan of the station.txt');
  });

  it.each(['live', 'history'])('have the number of their client in all its digits on /%s', async (path) => {
    const headers = { 'Content-Type': 'application/json' };
    const body = '{"content":"far","client_seq":9223372036854775807}';
    await fetch(`${server}/api/v1/rooms/${room}/messages`, { method: 'POST', headers, body });
    const page = await browser.open(`/${path}?room=${room}`);
    await page.getByText('9223372036854775807', { exact: true }).waitFor();
    if (path === 'history') return;
    await isLive(page);
    await fetch(`${server}/api/v1/rooms/${room}/messages`, {
      method: 'POST',
      headers,
      body: body.replace('5807', '5806'),
    });
    await page.getByText('9223372036854775806', { exact: true }).waitFor();
  });

  it.each(['live', 'history'])('of guests are told from those of accounts on /%s', async (path) => {
    const [guest, boris] = [await person('Vera'), await person('Boris')];
    await call(boris, 'POST', '/api/v1/users', { username: `Boris ${room}` });
    await say(guest, room, 'by a guest');
    await say(boris, room, 'by an account');
    await post(room, 'by a name alone', 1, { username: 'Vera' });
    const page = await browser.open(`/${path}?room=${room}`);
    const row = (text: string) => page.locator(path === 'live' ? '[data-pos]' : 'tbody tr', { hasText: text });
    await row('by a guest').locator('.guest').waitFor();
    for (const text of ['by an account', 'by a name alone']) {
      await row(text).waitFor();
      expect(await row(text).locator('.guest').count()).toBe(0);
    }
  });

  it('in Arabic and Hebrew run from right to left, and long words are broken', async () => {
    await post(room, 'שלום עולם (hello) 123!', 1);
    await post(room, 'مرحبا بالعالم', 2);
    await post(room, 'x'.repeat(128), 3);
    const direction = (page: Page, text: string) =>
      page.getByText(text).evaluate((element) => getComputedStyle(element).direction);
    for (const path of ['live', 'history']) {
      const page = await browser.open(`/${path}?room=${room}`, { viewport: { width: 390, height: 844 } });
      await page.getByText('x'.repeat(128)).waitFor();
      expect(await direction(page, 'שלום')).toBe('rtl');
      expect(await direction(page, 'مرحبا')).toBe('rtl');
      expect(await direction(page, 'xxx')).toBe('ltr');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
    const write = await browser.open(`/write?room=${room}`);
    const field = write.getByRole('textbox', { name: 'Message' });
    await field.fill('שלום');
    expect(await field.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    await write.keyboard.press('Enter');
    await write.locator('[data-state="sent"]').waitFor();
    expect(await direction(write, 'שלום')).toBe('rtl');
  });
});

describe('the choice of the room', () => {
  const names = Array.from({ length: 1006 }, (_, i) => `room ${i + 1}`);

  it.each(['/write', '/live', '/history'])('has all rooms on %s, however many, and finds them', async (path) => {
    const page = await browser.open('/icon.svg');
    await page.route('**/api/v1/rooms?*', (route) => {
      const offset = Number(new URL(route.request().url()).searchParams.get('offset'));
      // The server may give fewer at once than it was asked for.
      return route.fulfill({ json: names.slice(offset, offset + 400).map((name) => ({ id: name, name })) });
    });
    await page.goto(server + path);
    const field = page.getByRole('combobox', { name: 'Room' });
    await field.click();
    await page.getByText('906 more rooms').waitFor();
    await field.fill('ROOM 1006');
    await page.getByRole('option', { name: 'room 1006', exact: true }).waitFor();
    expect(await page.getByRole('listbox', { name: 'Rooms' }).getByRole('option').count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.waitForURL(/room=room\+1006/);
    expect(await field.inputValue()).toBe('room 1006');
    await field.click();
    await field.fill('room 100');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/room=room\+1000/);
  });

  it('is left as it was by Escape and by looking elsewhere', async () => {
    const page = await browser.open(`/history?room=${room}`);
    const field = page.getByRole('combobox', { name: 'Room' });
    for (const leave of [() => page.keyboard.press('Escape'), () => page.getByRole('heading').first().click()]) {
      await field.click();
      await field.fill('lob');
      await leave();
      await page.getByRole('listbox').waitFor({ state: 'detached' });
      expect(await field.inputValue()).toBe(room);
    }
    await field.click();
    await page.getByRole('option', { name: 'lobby' }).click();
    await page.waitForURL(/room=lobby/);
  });
});

describe('what was written', () => {
  it('and not sent is there in every tab, whichever was closed last', async () => {
    const first = await browser.open(`/write?room=${room}`);
    const second = await first.context().newPage();
    await second.goto(`${server}/write?room=${room}`);
    await first.context().route(/\/messages$/, (route) => route.abort());
    for (const [page, text] of [
      [first, 'from the first'],
      [second, 'from the second'],
    ] as const) {
      await page.getByRole('textbox', { name: 'Message' }).fill(text);
      await page.keyboard.press('Enter');
      await page.locator('[data-state="failed"]', { hasText: text }).waitFor();
    }
    await first.reload();
    await first.locator('[data-state="failed"]', { hasText: 'from the second' }).waitFor();
    await first.locator('[data-state="failed"]', { hasText: 'from the first' }).waitFor();
    await first.context().unroute(/\/messages$/);
    await first.locator('li', { hasText: 'from the second' }).getByRole('button', { name: 'Retry' }).click();
    await first.locator('[data-state="sent"]', { hasText: 'from the second' }).waitFor();
    await second.locator('li', { hasText: 'from the second' }).waitFor({ state: 'detached' });
  });
});

describe('what is in the way', () => {
  it('an unknown address leads on, in the language of the reader', async () => {
    const page = await browser.open('/nowhere/at-all', { locale: 'ru-RU' });
    await page.getByRole('heading', { name: 'Такой страницы нет' }).waitFor();
    await page.getByText('/nowhere/at-all').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'История' }).click();
    await page.getByRole('heading', { name: 'История' }).waitFor();
  });

  /** A proxy that lets no WebSocket through, as many are set up at first; it may pass the Host on or name its own. */
  async function plainProxy(passesHost: boolean): Promise<Server> {
    const { hostname, port } = new URL(server);
    const proxy = createServer((incoming, outgoing) => {
      const { url, method, headers } = incoming;
      const onward = request({
        hostname,
        port,
        path: url,
        method,
        headers: passesHost ? headers : { ...headers, host: `${hostname}:${port}` },
      });
      onward.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    proxy.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  it.each([
    [true, 'the live connection does not come through'],
    [false, 'the proxy must pass the Host on as it came'],
  ])('a proxy that lets no live connection through is spoken of (Host passed on: %s)', async (passesHost, words) => {
    const proxy = await plainProxy(passesHost);
    try {
      const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const page = await browser.open(`/live?room=${room}`, { base });
      await page.getByText(words).waitFor();
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('a name that the server does not answer to is spoken of', async () => {
    const page = await browser.open(`/live?room=${room}`);
    await isLive(page);
    await post(room, 'here', 1);
    await lines(page).getByText('here').waitFor();
    await page.route('**/api/v1/**', (route) =>
      route.fulfill({
        status: 421,
        contentType: 'application/problem+json',
        json: { status: 421, violations: [{ field: 'Host', reason: 'is not a name of this server' }] },
      }),
    );
    await page.goto(`${server}/history?room=${room}`);
    await page.getByRole('alert').getByText('does not answer to the name').waitFor();
    await until(async () => (await page.getByRole('alert').innerText()).includes(new URL(server).host));
  });
});
