import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { Browser, fill, newRoom, until } from './support';

const usual = 16;
const large = 20;

let browser: Browser;

beforeAll(async () => {
  browser = await Browser.launch();
});

afterAll(() => browser.close());

afterEach(async () => {
  expect(await browser.endStory()).toEqual([]);
});

/** The text size that a reader sets for all sites. */
async function setTextSize(page: Page, standard: number): Promise<void> {
  const settings = await page.context().newCDPSession(page);
  await settings.send('Page.setFontSizes', { fontSizes: { standard, fixed: standard - 3 } });
  await page.reload();
}

/** The size of every text on the page, by the text. */
const textSizes = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(() => {
    const sizes: Record<string, number> = {};
    const texts = document.createTreeWalker(document.querySelector('#app')!, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const text = node.textContent!.trim();
      const shown = node.parentElement!.checkVisibility() && /\p{L}/u.test(text);
      if (shown) sizes[text] = parseFloat(getComputedStyle(node.parentElement!).fontSize);
    }
    return sizes;
  });

it.each(['/', '/write', '/live', '/history', '/status'])('%s follows the text size of the browser', async (path) => {
  const room = await newRoom();
  await fill(room, 'row', 3);
  const page = await browser.open(`${path}?room=${room}`);
  const drawn = async () => {
    const beginning = path === '/status' ? 'canvas' : path === '/write' ? 'form' : 'text=row 3';
    await page.locator(beginning).first().waitFor();
    return textSizes(page);
  };
  await setTextSize(page, usual);
  const before = await drawn();
  await setTextSize(page, large);
  const after = await drawn();
  const both = Object.keys(before).filter((text) => text in after);
  expect(both.length).toBeGreaterThan(5);
  for (const text of both) expect([text, after[text]]).toEqual([text, (before[text]! * large) / usual]);
});

it.each(['/', '/write', '/live', '/history', '/status'])('%s fits a phone with large text', async (path) => {
  const page = await browser.open(path, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await setTextSize(page, large);
  await page.locator('main').waitFor();
  await until(() => page.evaluate(() => document.querySelectorAll('button').length > 2));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
