import { expect, it } from 'vitest';
import type { Page, Route } from 'playwright-core';
import { changeRoom, closeSession, enter, join, react, row, say, texts, write } from './chat_page';
import { anna, boris, browser, room } from './conversation';

const settleMs = 200;

/** Does `act`, and holds the answer to the request that comes of it; what is returned gives it to the page. */
async function withheld(page: Page, address: string, act: () => Promise<unknown>): Promise<() => Promise<void>> {
  let hold: (route: Route) => void = () => {};
  const asked = new Promise<Route>((resolve) => (hold = resolve));
  await page.route(address, hold, { times: 1 });
  await act();
  const route = await asked;
  const response = await route.fetch();
  return async () => {
    await route.fulfill({ response });
    await page.waitForTimeout(settleMs);
  };
}

it('a reaction is counted as of its newest event', async () => {
  const { id } = await say(boris, room, 'liked by two');
  const page = await enter(browser, room, anna);
  await row(page, 'liked by two').hover();
  const answer = await withheld(page, '**/reactions/*', () => page.getByRole('button', { name: 'Thumbs up' }).click());
  await react(boris, id, '👍');
  const both = row(page, 'liked by two').getByRole('button', { name: '👍: 2' });
  await both.waitFor();
  await answer();
  expect(await both.count()).toBe(1);
});

it('an older look at the room does not undo a newer one', async () => {
  const page = await enter(browser, room, boris);
  const answer = await withheld(page, `**/rooms/${room}`, () => join(anna, room));
  await changeRoom(anna, room, { read_only: true });
  const told = page.getByText('Only the owner Анна writes here');
  await told.waitFor();
  await answer();
  expect(await told.count()).toBe(1);
});

it('what was sent while the room was read anew stands there once', async () => {
  const page = await enter(browser, room, anna);
  const ends = async (route: Route) => {
    await closeSession(anna);
    await route.continue();
  };
  await page.route('**/messages', ends, { times: 1 });
  await write(page, 'kept');
  await page.getByText('Your session has ended').waitFor();
  const taken = page.waitForResponse((response) => response.url().endsWith('/messages') && response.ok());
  await page.route('**/messages?*', async (route) => {
    const asSomebody = 'authorization' in route.request().headers();
    if (asSomebody) await (await taken).finished();
    await route.continue();
  });
  await page.getByRole('button', { name: 'Start writing' }).click();
  await row(page, 'kept').waitFor();
  await page.locator('[data-state]').waitFor({ state: 'detached' });
  expect(await texts(page)).toEqual(['kept']);
});
