import { describe, expect, it } from 'vitest';
import { enter, field, history, row, say } from './chat_page';
import { anna, boris, browser, room } from './conversation';
import { Gate } from './gate';

describe('the keyboard', () => {
  it('writes into the form that was opened, and nowhere else', async () => {
    const page = await enter(browser, room, anna);
    await page.getByRole('button', { name: 'New room' }).click();
    await page.keyboard.type(`my ${room}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `my ${room}`, level: 1 }).waitFor();
    expect(await history(room)).toEqual([]);
  });

  it('does not close a window by the space bar', async () => {
    const page = await enter(browser, room, anna);
    const form = page.getByRole('dialog');
    for (const name of ['Room settings', 'Keyboard shortcuts']) {
      await page.getByRole('button', { name }).click();
      await form.waitFor();
      await page.keyboard.type('my company');
      expect(await form.count()).toBe(1);
      await page.keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });
    }
    expect(await field(page).inputValue()).toBe('');
  });

  it('skips the list of the rooms when asked to', async () => {
    const page = await enter(browser, room, anna);
    const skip = page.getByRole('link', { name: 'Skip to content' });
    await skip.focus();
    await skip.press('Enter');
    await page.keyboard.press('Tab');
    const within = await page.evaluate(() => document.activeElement?.closest('section')?.getAttribute('aria-label'));
    expect(within).toBe(room);
  });
});

describe('a room', () => {
  it('that was opened while the server was away comes with it', async () => {
    await say(boris, 'lobby', `before ${room}`);
    const gate = await Gate.open();
    try {
      const page = await enter(browser, room, anna, { base: gate.url });
      gate.cut();
      await page.locator('[data-live="waiting"]').waitFor({ state: 'attached' });
      await page.getByRole('link', { name: 'lobby' }).click();
      await page.locator('section').getByText('The server is not reached').waitFor();
      gate.restore();
      await row(page, `before ${room}`).waitFor();
      await field(page).waitFor();
      await say(boris, 'lobby', `after ${room}`);
      await row(page, `after ${room}`).waitFor();
    } finally {
      await gate.close();
    }
  });
});
