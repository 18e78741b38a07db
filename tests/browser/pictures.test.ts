import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Browser, newRoom, post } from './support';

// Pictures of every page for people to look at.
const folder = process.env['SCREENSHOTS'] ?? fileURLToPath(new URL('../../build/screenshots', import.meta.url));
const settleMs = 800;
const chartsMs = 5000;

const talk = [
  ['Анна', 'Поезд вышел в 12:04, все на месте'],
  ['Boris', 'Good. Platform 3 is free, you can go straight in'],
  ['Анна', 'Спасибо! Будем через четверть часа, если ничего не случится по дороге через мост'],
  ['robot', 'temperature 21.4, humidity 40, door closed'],
  [undefined, 'a message without an author'],
] as const;

let browser: Browser;
let room: string;
let scratch: string;

beforeAll(async () => {
  browser = await Browser.launch();
  await mkdir(folder, { recursive: true });
  scratch = await newRoom();
  room = await newRoom();
  for (let seq = 1; seq <= 80; ++seq) {
    const [author, text] = talk[seq % talk.length]!;
    await post(room, text, seq, author === undefined ? {} : { username: author });
  }
});

afterAll(() => browser.close());
afterEach(async () => expect(await browser.endStory()).toEqual([]));

const pages = {
  start: '/',
  write: '/write',
  live: '/live',
  history: '/history',
  status: '/status',
  docs: '/docs',
};

for (const theme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const) {
    it(`${theme} at ${width} pixels`, async () => {
      const options = {
        colorScheme: theme,
        viewport: { width, height },
        hasTouch: width < 720,
      };
      const page = await browser.open('/', {
        ...options,
        locale: theme === 'dark' ? 'ru-RU' : 'en-US',
      });
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(new URL(`${path}?room=${name === 'write' ? scratch : room}`, page.url()).href);
        if (name === 'write') {
          await page.locator('#text').fill('Добрый день!');
          await page.keyboard.press('Enter');
          await page.locator('[data-state="sent"]').first().waitFor();
          await page.locator('#rate').fill('50');
          await page.locator('section button').click();
        }
        await page.waitForTimeout(name === 'status' ? chartsMs : settleMs);
        await page.screenshot({
          path: join(folder, `${name}-${theme}-${width}.png`),
        });
        if (name === 'write') await page.locator('section button').first().click();
      }
    });
  }
}
