// A server that is there and does not want this page: behind a proxy that changes the Host, for example.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { enter, say } from './chat_page';
import { anna, boris, browser, room } from './conversation';
import { Gate } from './gate';
import { isLive } from './live_list';

/** Answers whoever asks at `path` why the socket is not opened. */
const refuse = (page: Page, path: string, asked: () => void): Promise<void> =>
  page.route(`**${path}`, (route) => {
    asked();
    const violations = [{ field: 'Origin', reason: 'is not the address that this server was called by' }];
    return route.fulfill({ status: 403, json: { status: 403, detail: 'The page comes from elsewhere.', violations } });
  });

it('is told apart from one that is not there, and asked ever more rarely', async () => {
  const gate = await Gate.open();
  try {
    const page = await enter(browser, room, anna, { base: gate.url });
    let asked = 0;
    await refuse(page, '/rpc', () => ++asked);
    gate.refuseSockets();
    await page.getByText('the proxy must pass the Host on as it came').waitFor();
    expect(await page.locator('[data-live="refused"]').count()).toBe(1);
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(() => asked).toBe(2);
    await page.waitForFunction(() => document.querySelector('[data-live="refused"]'));
    await page.unroute('**/rpc');
    gate.restore();
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.locator('[data-live="live"]').waitFor({ state: 'attached' });
    await say(boris, room, 'here again');
    await page.locator('[data-id]', { hasText: 'here again' }).waitFor();
  } finally {
    await gate.close();
  }
});

it('is named on /live too', async () => {
  const gate = await Gate.open();
  try {
    const page = await browser.open(`/live?room=${room}`, { base: gate.url });
    await isLive(page);
    let asked = 0;
    await refuse(page, '/ws', () => ++asked);
    gate.refuseSockets();
    await page.getByText('the proxy must pass the Host on as it came').waitFor();
    expect(asked).toBe(1);
    await page.unroute('**/ws');
    gate.restore();
    await page.getByRole('button', { name: 'Try now' }).click();
    await isLive(page);
  } finally {
    await gate.close();
  }
});
