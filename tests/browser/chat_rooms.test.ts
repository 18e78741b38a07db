import { describe, expect, it } from 'vitest';
import { enter, field, history } from './chat_page';
import { anna, browser, room } from './conversation';

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
