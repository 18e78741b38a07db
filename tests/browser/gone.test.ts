// What is not there any more while a page speaks of it.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { changeRoom, enter, react, row, say } from './chat_page';
import { anna, boris, browser, room } from './conversation';
import { server } from './support';

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
