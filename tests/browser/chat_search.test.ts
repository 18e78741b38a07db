import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { changeMessage, enter, field, indexed, makeRoom, row, say } from './chat_page';
import { anna, boris, browser, phone, room } from './conversation';
import { until } from './support';

const found = (page: Page) => page.getByRole('search').getByRole('listitem');
const marks = (page: Page) => found(page).locator('mark').allInnerTexts();

/** Types into the search, and waits for its answer, which must have so many messages. */
async function look(page: Page, words: string, count: number): Promise<void> {
  await indexed();
  const search = page.getByRole('searchbox', { name: 'Search' });
  if (!(await search.isVisible())) await page.keyboard.press('/');
  await search.fill('');
  await search.fill(words);
  await page.getByText('Words in any form').waitFor({ state: 'hidden' });
  expect(await found(page).count()).toBe(count);
}

it('finds every form of a word, marks it, and leads to the message', async () => {
  await say(boris, room, 'Поезда отправляются с третьей платформы');
  for (let i = 1; i <= 150; ++i) await say(boris, room, `between ${i}`);
  const page = await enter(browser, room, anna);
  await look(page, 'поезд платформа', 1);
  expect(await marks(page)).toEqual(['Поезда', 'платформы']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.pointed', { hasText: 'Поезда отправляются' }).waitFor();
});

it('finds phrases, beginnings and names as written', async () => {
  await say(boris, room, 'We write it in C++20, see https://example.com/guide.html');
  await say(boris, room, 'A guide to the connected city');
  const page = await enter(browser, room, anna);
  await look(page, 'C++20', 1);
  expect(await marks(page)).toEqual(['C++20']);
  await look(page, 'guide.html', 1);
  await look(page, 'conn*', 1);
  expect(await marks(page)).toEqual(['connected']);
  await look(page, '"guide to the connected"', 1);
  await look(page, '"connected guide"', 0);
  expect(await page.getByText(`Nothing found in “${room}”.`).isVisible()).toBe(true);
});

it('goes on to the older ones when there are more than it shows', async () => {
  for (let i = 1; i <= 53; ++i) await say(boris, room, `lighthouse ${i}`);
  const page = await enter(browser, room, anna);
  await look(page, 'lighthouses', 50);
  await page.getByText('The newest 50 messages').waitFor();
  await found(page).last().getByRole('button').press('ArrowDown');
  await page.keyboard.press('Enter');
  await until(async () => (await found(page).count()) === 53);
  expect(await found(page).last().innerText()).toContain('lighthouse 1');
  expect(await page.getByRole('button', { name: 'Older' }).count()).toBe(0);
});

it('does not mix the older ones of one question into the next', async () => {
  for (let i = 1; i <= 51; ++i) await say(boris, room, `lighthouse ${i}`);
  await say(boris, room, 'one harbour');
  const page = await enter(browser, room, anna);
  await look(page, 'harbour', 1);
  await look(page, 'lighthouse', 50);
  await page.getByRole('button', { name: 'Older' }).evaluate(async (older: HTMLElement) => {
    const field = document.querySelector<HTMLInputElement>('[role=search] input[type=search]')!;
    field.value = 'harbour';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve));
    older.click();
  });
  await until(async () => (await found(page).count()) === 1);
  expect(await marks(page)).toEqual(['harbour']);
});

it('shows markup as text, and forgets what was changed', async () => {
  const { id } = await say(boris, room, '<b>bold</b> <img src=x onerror="document.title=1"> penguin');
  const page = await enter(browser, room, anna);
  await look(page, 'penguins', 1);
  expect(await found(page).locator('.text').innerText()).toContain('<img src=x onerror');
  expect(await found(page).locator('b, img').count()).toBe(0);
  await changeMessage(boris, id, 'a walrus instead');
  await look(page, 'penguins', 0);
  await look(page, 'walrus', 1);
});

it('opens over the page on a phone, ready to be typed into', async () => {
  await say(boris, room, 'a needle in the hay');
  const page = await enter(browser, room, anna, phone);
  await page.getByRole('button', { name: 'Search' }).tap();
  await page.getByRole('searchbox', { name: 'Search' }).waitFor();
  await page.keyboard.type('needle');
  await found(page).locator('mark', { hasText: 'needle' }).waitFor();
  await found(page).getByRole('button').tap();
  await page.locator('.pointed', { hasText: 'a needle in the hay' }).waitFor();
});

it('looks into this room first, and into all when asked', async () => {
  const word = `word${randomBytes(6).toString('hex')}`;
  const other = (await makeRoom(boris, `elsewhere-${randomBytes(4).toString('hex')}`)).name;
  await say(boris, other, `${word} over there`);
  const page = await enter(browser, room, anna);
  await look(page, word, 0);
  await page.getByLabel('In all rooms').check();
  await found(page).getByText(`#${other}`).waitFor();
  await found(page).getByRole('button').click();
  await row(page, 'over there').waitFor();
});

it('shows what was found, however far behind in the text', async () => {
  await say(boris, room, 'word '.repeat(45) + 'needle in the middle ' + 'word '.repeat(10));
  const page = await enter(browser, room, anna);
  await look(page, 'needle', 1);
  const seen = await page.locator('mark').evaluate((mark) => {
    const card = mark.closest('button')!.getBoundingClientRect();
    const text = mark.closest('.clamped')!.getBoundingClientRect();
    return mark.getBoundingClientRect().bottom <= Math.min(card.bottom, text.bottom) + 1;
  });
  expect(seen).toBe(true);
});

it('offers all rooms when this one has nothing', async () => {
  const other = (await makeRoom(anna, `${room}-2`)).name;
  const word = `heron${randomBytes(3).toString('hex')}`;
  await say(boris, other, `${word} is elsewhere`);
  const page = await enter(browser, room, anna);
  await look(page, word, 0);
  await page.getByRole('button', { name: 'Search all rooms' }).click();
  await found(page).getByText(`#${other}`).waitFor();
});

it('finds files by their names', async () => {
  const page = await enter(browser, room, anna);
  const file = { name: 'Годовой отчёт 2024.txt', mimeType: 'text/plain', buffer: Buffer.from('x') };
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.locator('[data-upload="ready"]').waitFor();
  await field(page).press('Enter');
  await page.locator('[data-id]').getByRole('link', { name: file.name }).waitFor();
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('отчёт 2024');
  await page.getByText('1 file of this room').waitFor();
  await found(page).getByRole('button', { name: file.name }).click();
  await page.locator('.pointed').getByRole('link', { name: file.name }).waitFor();
});
