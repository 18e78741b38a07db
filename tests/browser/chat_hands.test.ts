// How people write and read who do not do it with an English keyboard at a desk.
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { enter, field, history, makeRoom, row, say, write } from './chat_page';
import { anna, boris, browser, phone, room } from './conversation';

const contents = async (name = room) => (await history(name)).map(({ content }) => content);
const tapSend = (page: Page) => page.getByRole('button', { name: 'Send' }).tap();

describe('an input method', () => {
  it('ends a word with Enter and sends nothing', async () => {
    const page = await enter(browser, room, anna);
    const keyboard = await page.context().newCDPSession(page);
    await field(page).click();
    await keyboard.send('Input.imeSetComposition', { text: 'むずかしい', selectionStart: 5, selectionEnd: 5 });
    const enterKey = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 };
    await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enterKey });
    await keyboard.send('Input.insertText', { text: '難しい' });
    // Safari ends the composition first: its key says nothing of it but its code.
    await field(page).evaluate((element) => {
      const key = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true });
      Object.defineProperty(key, 'keyCode', { get: () => 229 });
      element.dispatchEvent(key);
    });
    await field(page).press('End');
    await page.keyboard.type('です');
    await page.keyboard.press('Enter');
    await row(page, '難しいです').waitFor();
    expect(await contents()).toEqual(['難しいです']);
  });
});

describe('Arabic and Hebrew', () => {
  it('are set from right to left, and nothing else is', async () => {
    await say(boris, room, 'مرحبا بالعالم.');
    await say(boris, room, 'Hello.');
    const answered = await say(boris, room, 'שלום (test).');
    await say(boris, room, 'an answer', { reply_to: answered.id });
    const page = await enter(browser, room, anna);
    const direction = (text: string) =>
      row(page, text)
        .locator('.text')
        .evaluate((element) => getComputedStyle(element).direction);
    expect(await direction('مرحبا')).toBe('rtl');
    expect(await direction('Hello.')).toBe('ltr');
    expect(
      await row(page, 'שלום')
        .first()
        .locator('.text')
        .evaluate((e) => getComputedStyle(e).direction),
    ).toBe('rtl');
    const quote = row(page, 'an answer').locator('.quote span');
    expect(await quote.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    await field(page).fill('שלום');
    expect(await field(page).evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    await field(page).fill('hello');
    expect(await field(page).evaluate((element) => getComputedStyle(element).direction)).toBe('ltr');
  });
});

describe('what is pasted', () => {
  it('is sent without characters that nobody sees', async () => {
    const page = await enter(browser, room, anna);
    await write(page, 'first\u000bsecond\u0007');
    await row(page, 'second').waitFor();
    expect(await contents()).toEqual(['first\nsecond']);
  });

  it('that has nothing to see is no message', async () => {
    const page = await enter(browser, room, anna);
    await write(page, '\u200b \u2060');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await write(page, 'seen');
    await row(page, 'seen').waitFor();
    expect(await contents()).toEqual(['seen']);
  });

  it('that is too long is counted as it is written, and stays where it can be changed', async () => {
    const page = await enter(browser, room, anna, { locale: 'ru-RU' });
    const russian = page.getByRole('textbox', { name: /^Сообщение/ });
    const long = 'ж'.repeat(20_000);
    await russian.fill(long);
    await page.getByText(/20\s000 из 16\s384 знаков/).waitFor();
    await russian.press('Enter');
    await page.getByText('Текст длиннее, чем принимает сервер').waitFor();
    await expect.poll(() => russian.inputValue()).toBe(long);
    expect(await page.locator('[data-state]').count()).toBe(0);
    await russian.fill('короче');
    await russian.press('Enter');
    await row(page, 'короче').waitFor();
    expect(await contents()).toEqual(['короче']);
  });
});

describe('on a phone', () => {
  it('Enter begins a new line, and the button sends', async () => {
    const page = await enter(browser, room, anna, phone);
    await field(page).tap();
    await page.keyboard.type('first');
    await page.keyboard.press('Enter');
    await page.keyboard.type('second');
    await tapSend(page);
    await row(page, 'second').waitFor();
    expect(await contents()).toEqual(['first\nsecond']);
  });

  it('Back closes what is open, and then leaves the room', async () => {
    const other = (await makeRoom(anna, `${room}-2`)).name;
    const page = await enter(browser, other, anna, phone);
    const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Rooms' }).tap();
    await page.getByRole('dialog').getByRole('link', { name: room, exact: true }).tap();
    await heading(room);
    await page.getByRole('button', { name: 'Search' }).tap();
    await page.getByRole('searchbox').waitFor();
    await page.goBack();
    await page.getByRole('searchbox').waitFor({ state: 'detached' });
    await heading(room);
    await page.getByRole('button', { name: 'People' }).tap();
    await page.getByRole('button', { name: 'Close' }).tap();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await heading(room);
    await page.goBack();
    await heading(other);
    await page.goForward();
    await heading(room);
  });
});
