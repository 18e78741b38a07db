// What was written and not sent yet is not lost.
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { changeRoom, enter, field, history, makeRoom, removeMessage, row, say, write } from './chat_page';
import { anna, boris, browser, room } from './conversation';

async function secondTab(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await field(tab).waitFor();
  return tab;
}

const text = (page: Page) => expect.poll(() => field(page).inputValue());

it('two tabs do not forget what is not sent in the other one', async () => {
  const first = await enter(browser, room, anna);
  const second = await secondTab(first);
  await first.route('**/messages', (route) => route.fulfill({ status: 503, json: { detail: 'later' } }));
  const [kept, discarded] = ['kept', 'discarded'].map((words) =>
    first.locator('[data-state="failed"]', { hasText: words }),
  );
  await write(first, 'kept');
  await kept!.waitFor();
  await write(first, 'discarded');
  await discarded!.waitFor();
  await write(second, 'of the second tab');
  await row(first, 'of the second tab').waitFor();
  await second.locator('[data-state]').waitFor({ state: 'detached' });
  await first.unroute('**/messages');
  await Promise.all([first.reload(), second.reload()]);
  await discarded!.waitFor();
  await second
    .locator('[data-state="failed"]', { hasText: 'discarded' })
    .getByRole('button', { name: 'Discard' })
    .click();
  await discarded!.waitFor({ state: 'detached' });
  await kept!.getByRole('button', { name: 'Retry' }).click();
  await row(second, 'kept').waitFor();
  await Promise.all([first, second].map((page) => page.locator('[data-state]').waitFor({ state: 'detached' })));
  expect((await history(room)).map(({ content }) => content)).toEqual(['of the second tab', 'kept']);
});

it('two tabs do not forget what is being written in the other one', async () => {
  const other = (await makeRoom(anna, `${room}-2`)).name;
  const first = await enter(browser, room, anna);
  const second = await secondTab(first);
  await field(first).fill('draft here');
  await first.getByRole('link', { name: other, exact: true }).click();
  await text(first).toBe('');
  await field(first).fill('draft there');
  await write(second, 'of the second tab');
  await row(second, 'of the second tab').waitFor();
  await first.reload();
  await text(first).toBe('draft there');
  await first.goBack();
  await text(first).toBe('draft here');
});

it('a draft is there again when the room takes messages again', async () => {
  const page = await enter(browser, room, boris);
  await field(page).fill('not finished');
  await changeRoom(anna, room, { read_only: true });
  await page.getByText('Only the owner Анна writes here').waitFor();
  await changeRoom(anna, room, { read_only: false });
  await text(page).toBe('not finished');
});

it('the new text of a message stays when it was not taken', async () => {
  const mine = await say(boris, room, 'short');
  const page = await enter(browser, room, boris);
  await row(page, 'short').waitFor();
  await field(page).press('ArrowUp');
  await page.route('**/messages/*', (route) => route.abort(), { times: 1 });
  await write(page, 'longer');
  await page.getByText('The server is not reached').waitFor();
  await page.getByText('Editing').waitFor();
  await text(page).toBe('longer');
  await page.keyboard.press('Enter');
  await row(page, 'longer').waitFor();

  await field(page).press('ArrowUp');
  await field(page).fill('much longer');
  await removeMessage(anna, mine.id);
  await page.getByText('Message deleted').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Editing').waitFor({ state: 'detached' });
  await page.getByRole('alert').getByText('was deleted').waitFor();
  await text(page).toBe('much longer');
  await page.reload();
  await text(page).toBe('much longer');
});
