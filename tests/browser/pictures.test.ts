import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { changeMessage, enter, field, makeRoom, person, react, row, say, type Person } from './chat_page';
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
  chat: '/',
  write: '/write',
  live: '/live',
  history: '/history',
  status: '/status',
  docs: '/docs',
};

interface Scene {
  room: string;
  anna: Person;
  boris: Person;
}

/** A room in which people have talked, answered, corrected themselves, reacted, and taken something back. */
async function scene(): Promise<Scene> {
  const [anna, boris, vera] = [await person('Анна Каренина'), await person('Boris'), await person('Вера')];
  const { name } = await makeRoom(anna, `design-${anna.id}`);
  await makeRoom(vera, `announcements-${vera.id}`, { read_only: true });
  for (let i = 0; i < 40; ++i) {
    const [, text] = talk[i % talk.length]!;
    await say([anna, boris, vera][(i % 7) % 3]!, name, text);
  }
  const asked = await say(
    anna,
    name,
    'Новый план зала: https://example.com/plan?v=3. Посмотрите, пожалуйста, до обеда.',
  );
  await say(boris, name, 'Two remarks:\n1. The door opens to the wrong side.\n2. Where is the piano?', {
    reply_to: asked.id,
  });
  await react(boris, asked.id, '👍');
  await react(vera, asked.id, '👍');
  await changeMessage(anna, (await say(anna, name, 'Пианино в углу')).id, 'Пианино в правом углу');
  await say(vera, name, '<b>this is text</b> & so is <script>alert(1)</script>');
  return { room: name, anna, boris };
}

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
      const talking = await scene();
      const chat = await enter(browser, talking.room, talking.anna, { ...options, locale: 'en-US' });
      await say(talking.boris, talking.room, 'Then all is well 👍');
      await row(chat, 'Then all is well').waitFor();
      if (width < 720) await row(chat, 'this is text').locator('.text').tap();
      else await row(chat, 'this is text').hover();
      await field(chat).fill('Согласна, и ещё');
      await chat.waitForTimeout(settleMs);
      await chat.screenshot({ path: join(folder, `talk-${theme}-${width}.png`) });
    });
  }
}
