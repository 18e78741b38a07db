// Who one is: what a session is worth, when it ends, and whether others are who they seem.
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { call, enter, field, row, say, write } from './chat_page';
import { anna, boris, browser, room } from './conversation';

const me = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) });

it('signing out says first what is lost by it', async () => {
  const page = await enter(browser, room, anna);
  await me(page, 'Анна').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  const question = page.getByRole('dialog', { name: 'Sign out for good?' });
  await question.getByText('There is no way back').waitFor();
  await question.getByText('Your room stays').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await write(page, 'still here');
  await row(page, 'still here').waitFor();

  await me(page, 'Анна').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await question.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('What should others call you?').waitFor();
});

it('the end of the session is told while one can still write', async () => {
  const page = await enter(browser, room, boris);
  const told = page.getByText('Your session ends');
  let endsInMs = 3_600_000;
  await page.route('**/api/v1/sessions/me', async (route) => {
    const answer = (await (await route.fetch()).json()) as object;
    return route.fulfill({ json: { ...answer, expires_at: new Date(Date.now() + endsInMs).toISOString() } });
  });
  await write(page, 'far away');
  await row(page, 'far away').waitFor();
  expect(await told.count()).toBe(0);
  endsInMs = 120_000;
  await write(page, 'nearer');
  await page.getByText('After that, Boris will be another user.').waitFor();
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  await field(page).and(page.locator(':focus')).waitFor();
  endsInMs = 3_600_000;
  await write(page, 'I stay');
  await told.waitFor({ state: 'detached' });
});

it('who comes back after the end is told to be another', async () => {
  const page = await enter(browser, room, boris);
  await page.route('**/messages', async (route) => {
    await call(boris, 'DELETE', '/api/v1/sessions/me').catch(() => {});
    await route.continue();
  });
  await write(page, 'too late');
  await page.getByText('You will be another user, also under the same name: what Boris wrote').waitFor();
});

it('guests are marked, accounts are not', async () => {
  const account = `Boris ${room}`;
  await call(boris, 'POST', '/api/v1/users', { username: account });
  await say(anna, room, 'by a guest');
  await say(boris, room, 'by an account');
  const page = await enter(browser, room, anna);
  await row(page, 'by a guest').locator('.guest').waitFor();
  await row(page, 'by an account').getByText(account).waitFor();
  expect(await row(page, 'by an account').locator('.guest').count()).toBe(0);
});
