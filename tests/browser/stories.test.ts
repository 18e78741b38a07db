import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { Gate } from './gate';
import { allNumbers, isLive, lines, listHeight, scrollUp, upTo } from './live_list';
import { Browser, fill, newRoom, post, roomSize, server, until } from './support';

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

const figure = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator(`[data-figure="${name}"]`).innerText()).replace(/[^\d.]/g, ''));

describe('writing', () => {
  it('one message appears in the live list with number and author', async () => {
    const live = await browser.open(`/live?room=${room}`);
    await isLive(live);
    const write = await browser.open(`/write?room=${room}`);
    await write.getByLabel('Name').fill('Анна');
    await write.getByRole('textbox', { name: 'Message' }).fill('Привет, мир! 👍');
    await write.getByText('14 of 128 characters').waitFor();
    await write.keyboard.press('Enter');
    await write.locator('[data-state="sent"]').waitFor();
    const line = live.locator('[data-pos]', { hasText: 'Привет, мир! 👍' });
    await line.waitFor();
    expect(await line.locator('.author').innerText()).toBe('Анна');
    expect(await line.locator('.seq').innerText()).toBe('1');
    expect(await write.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('');
  });

  it('counts characters and does not send too many', async () => {
    const page = await browser.open(`/write?room=${room}`);
    await page.getByText('0 of 128 characters').waitFor();
    const field = page.getByRole('textbox', { name: 'Message' });
    await field.fill('👍'.repeat(129));
    await page.getByText('129 of 128 characters · 1 too many').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await field.fill('👍'.repeat(128));
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('[data-state="sent"]').waitFor();
  });

  it('keeps the draft over a reload', async () => {
    const page = await browser.open(`/write?room=${room}`);
    await page.getByRole('textbox', { name: 'Message' }).fill('not yet');
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('not yet');
  });

  it('keeps a failed message, over a reload too, and sends it once when retried', async () => {
    const gate = await Gate.open();
    try {
      const page = await browser.open(`/write?room=${room}`, {
        base: gate.url,
      });
      await page.getByText('0 of 128 characters').waitFor();
      gate.cut();
      await page.getByRole('textbox', { name: 'Message' }).fill('once');
      await page.keyboard.press('Enter');
      await page.locator('[data-state="failed"]').waitFor();
      gate.restore();
      await page.reload();
      await page.locator('[data-state="failed"]').getByRole('button', { name: 'Retry' }).click();
      await page.locator('[data-state="sent"]').waitFor();
      expect(await roomSize(room)).toBe(1);
    } finally {
      await gate.close();
    }
  });

  it('keeps a rate, and everything acknowledged is there', async () => {
    const page = await browser.open(`/write?room=${room}`);
    await page.getByLabel('Messages per second').fill('50');
    await page.getByRole('button', { name: 'Start' }).click();
    await until(async () => (await figure(page, 'acknowledged')) >= 150);
    // Over the last two seconds; what stood still for a moment is made up for.
    await until(async () => Math.abs((await figure(page, 'rate')) - 50) < 10, 45_000);
    await page.getByRole('link', { name: 'See them arrive' }).click();
    await isLive(page);
    await until(async () => Number(await page.getByTestId('received').innerText()) > 50);
    await page.getByRole('link', { name: 'Writing 50/s' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Start' }).waitFor();
    await until(async () => (await figure(page, 'acknowledged')) === (await figure(page, 'sent')));
    expect(await figure(page, 'failed')).toBe(0);
    expect(await roomSize(room)).toBe(await figure(page, 'acknowledged'));
    expect(await figure(page, 'p99')).toBeGreaterThan(0);
  });
});

describe('the live list', () => {
  it('resumes without a hole after the connection was cut', async () => {
    const gate = await Gate.open();
    try {
      await fill(room, 'before', 20);
      const page = await browser.open(`/live?room=${room}`, { base: gate.url });
      await isLive(page);
      gate.cut();
      await page.locator('[data-live="waiting"]').waitFor({ state: 'attached' });
      await page.locator('[data-connection="bad"]').waitFor();
      for (let seq = 21; seq <= 170; ++seq) await post(room, `meanwhile ${seq}`, seq);
      gate.restore();
      await page.getByText('Caught up 150 messages, none is missing').waitFor();
      await isLive(page);
      await post(room, 'after 171', 171);
      await lines(page).getByText('after 171').waitFor();
      expect(await allNumbers(page)).toEqual(upTo(171));
      expect(await page.locator('.hole').count()).toBe(0);
    } finally {
      await gate.close();
    }
  });

  it('notices a connection that is dead but open', async () => {
    const gate = await Gate.open();
    try {
      const page = await browser.open(`/live?room=${room}`, { base: gate.url });
      await isLive(page);
      gate.silence();
      await post(room, 'not heard at first', 1);
      await page.evaluate(() => dispatchEvent(new Event('offline')));
      // The page may ask over one silent connection after the other, for five seconds each.
      await page.getByText('Caught up 1 message, none is missing').waitFor({ timeout: 70_000 });
      await lines(page).getByText('not heard at first').waitFor();
    } finally {
      await gate.close();
    }
  });

  it('stays where one reads, counts what is new and goes to the end on demand', async () => {
    await fill(room, 'old', 90);
    const page = await browser.open(`/live?room=${room}`);
    await isLive(page);
    await lines(page).getByText('old 90', { exact: true }).waitFor();
    await scrollUp(page, 600);
    await page.getByRole('button', { name: 'To the newest' }).waitFor();
    const place = () => page.locator('[data-pos]').nth(12).boundingBox();
    const [before, text] = [await place(), await lines(page).nth(12).innerText()];
    for (let seq = 91; seq <= 95; ++seq) await post(room, `old ${seq}`, seq);
    await page.getByRole('button', { name: '5 new' }).waitFor();
    expect(await lines(page).nth(12).innerText()).toBe(text);
    expect(await place()).toEqual(before);
    await page.getByRole('button', { name: '5 new' }).click();
    await lines(page).getByText('old 95').waitFor();
  });

  it('loads history while one scrolls up', async () => {
    await fill(room, 'row', 350);
    const page = await browser.open(`/live?room=${room}`);
    await isLive(page);
    const log = page.getByRole('log');
    await log.hover();
    await until(async () => {
      await page.mouse.wheel(0, -2000);
      return page.getByText('Here the room begins').isVisible();
    });
    expect(await allNumbers(page)).toEqual(upTo(350));
  });

  it('does not jump when older rows arrive above', async () => {
    await fill(room, 'row', 150);
    const page = await browser.open(`/live?room=${room}`);
    await isLive(page);
    await lines(page).getByText('row 150', { exact: true }).waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(/before=/, async (route) => {
      await held;
      await route.continue();
    });
    await scrollUp(page, 1800);
    const watched = lines(page).getByText('row 65', { exact: true });
    const [before, height] = [await watched.boundingBox(), await listHeight(page)];
    release();
    await until(async () => (await listHeight(page)) > height);
    await page.waitForTimeout(200);
    expect(await watched.boundingBox()).toEqual(before);
  });

  it('stands still while paused', async () => {
    const page = await browser.open(`/live?room=${room}`);
    await isLive(page);
    await page.keyboard.press('p');
    await post(room, 'unseen', 1);
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await lines(page).count()).toBe(0);
    await page.keyboard.press('p');
    await lines(page).getByText('unseen').waitFor();
  });

  it('shows text as text', async () => {
    const page = await browser.open(`/live?room=${room}`);
    await isLive(page);
    await post(room, '<img src=x onerror=alert(1)><b>bold</b>', 1);
    await lines(page).getByText('<img src=x onerror=alert(1)><b>bold</b>').waitFor();
  });

  it('says that a room does not exist, and leads to another one', async () => {
    const page = await browser.open('/live?room=no-such-room');
    await page.getByText('There is no room “no-such-room”').waitFor();
    await page.getByRole('button', { name: 'Choose another room' }).click();
    await page.getByRole('option', { name: 'stream' }).click();
    await isLive(page);
  });
});

describe('the history', () => {
  const texts = (page: Page) => page.locator('tbody .text').allInnerTexts();
  const labels = (from: number, to: number) => upTo(from - to + 1).map((i) => `entry ${from + 1 - i}`);

  it('shows the last ten minutes at first, page by page', async () => {
    await fill(room, 'entry', 60);
    const page = await browser.open(`/history?room=${room}&size=25`);
    await page.getByText('60 messages').waitFor();
    expect(await page.getByLabel('Range').inputValue()).toBe('10m');
    expect(await texts(page)).toEqual(labels(60, 36));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('entry 35', { exact: true }).waitFor();
    expect(await texts(page)).toEqual(labels(35, 11));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('entry 10', { exact: true }).waitFor();
    expect(await texts(page)).toEqual(labels(10, 1));
    expect(await page.getByRole('button', { name: 'Older' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByText('entry 35', { exact: true }).waitFor();
    expect(await texts(page)).toEqual(labels(35, 11));
    await page.goBack();
    await page.getByText('entry 10', { exact: true }).waitFor();
  });

  it('shows what lies between two times', async () => {
    const first = await post(room, 'entry 1', 1);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const second = await post(room, 'entry 2', 2);
    const query = new URLSearchParams({
      room,
      from: first.created_at,
      to: second.created_at,
    });
    const page = await browser.open(`/history?${query.toString()}`);
    await page.getByText('1 message,').waitFor();
    expect(await texts(page)).toEqual(['entry 1']);
    expect(await page.getByLabel('Range').inputValue()).toBe('custom');
    await page.getByLabel('Range').selectOption('all');
    await page.getByText('2 messages').waitFor();
    await page.getByLabel('Range').selectOption('1m');
    await page.getByText('2 messages').waitFor();
  });

  it('says when there is nothing, and when a range ends before it begins', async () => {
    const page = await browser.open(`/history?room=${room}`);
    await page.getByText('No messages in this range').waitFor();
    const backwards = {
      room,
      from: '2024-01-02T00:00:00Z',
      to: '2024-01-01T00:00:00Z',
    };
    await page.goto(`${server}/history?${new URLSearchParams(backwards).toString()}`);
    await page.getByText('The range ends before it begins').waitFor();
  });
});

describe('the rest', () => {
  it('the chat leads to the other pages, and they lead back', async () => {
    const page = await browser.open('/');
    await page.getByRole('navigation').getByRole('link', { name: 'Live' }).click();
    await page.waitForURL('**/live');
    await page.getByRole('link', { name: 'Vestnik' }).click();
    await page.waitForURL(`${server}/`);
  });

  it('the status is drawn, and there as a table', async () => {
    const page = await browser.open('/status');
    await page.getByText('All is well').waitFor();
    await page.locator('canvas').nth(6).waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    await until(async () => (await page.locator('tbody tr').count()) >= 3);
    const requests = page.locator('tbody tr').first().locator('td').nth(2);
    await until(async () => Number(await requests.innerText()) > 0);
  });

  it('the theme follows the system and the switch, over a reload too', async () => {
    const page = await browser.open('/', { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.getByRole('button', { name: 'Light theme' }).click();
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await ground()).toBe(light);
  });

  it('the language follows the browser and the switch, over a reload too', async () => {
    const page = await browser.open('/', { locale: 'ru-RU' });
    await page.getByRole('navigation').getByRole('link', { name: 'История' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
    await page.getByRole('button', { name: 'Read in English' }).click();
    await page.reload();
    await page.getByRole('navigation').getByRole('link', { name: 'History' }).waitFor();
  });

  it('the keyboard is enough', async () => {
    const page = await browser.open('/');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await isLive(page);
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('room');
  });

  it('the API reference shows operations without the internet', async () => {
    const page = await browser.open('/docs');
    await until(async () => (await page.locator('.opblock').count()) > 1);
    await page.locator('.opblock-summary-path', { hasText: 'messages' }).first().waitFor();
  });

  it.each(['/', '/write', '/live', '/history', '/status'])('%s does not scroll sideways on a phone', async (path) => {
    const page = await browser.open(path, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
