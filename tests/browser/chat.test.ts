import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { acknowledge, changeMessage, changeRoom, closeRoom, closeSession, enter, field, history } from './chat_page';
import { join, makeRoom, row, say, texts, write } from './chat_page';
import { anna, boris, browser, phone, room } from './conversation';
import { Gate } from './gate';
import { until } from './support';

describe('a conversation', () => {
  it('of two people: what one does the other sees', async () => {
    const hers = await enter(browser, room, anna);
    const his = await enter(browser, room, boris);
    await write(hers, 'Привет, Борис!');
    await row(his, 'Привет, Борис!').waitFor();
    expect(await row(his, 'Привет, Борис!').locator('.author').innerText()).toBe('Анна');

    await row(his, 'Привет, Борис!').hover();
    await his.getByRole('button', { name: 'Reply' }).click();
    await his.getByText('Reply to Анна').waitFor();
    await write(his, 'Hello Anna');
    const answer = row(hers, 'Hello Anna');
    await answer.locator('.quote', { hasText: 'Привет, Борис!' }).waitFor();

    await answer.hover();
    await hers.getByRole('button', { name: 'Thumbs up' }).click();
    const reaction = row(his, 'Hello Anna').getByRole('button', { name: '👍: 1' });
    await reaction.waitFor();
    await reaction.click();
    await answer.getByRole('button', { name: '👍: 2' }).waitFor();
    await answer.getByRole('button', { name: '👍: 2' }).click();
    await row(his, 'Hello Anna').getByRole('button', { name: '👍: 1' }).waitFor();

    await field(his).press('ArrowUp');
    await his.getByText('Editing').waitFor();
    await field(his).fill('Hello, Anna!');
    await his.keyboard.press('Enter');
    await row(hers, 'Hello, Anna!').getByText('edited').waitFor();

    await row(his, 'Hello, Anna!').hover();
    await his.getByRole('button', { name: 'Delete' }).click();
    await his.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await hers.getByText('Message deleted').waitFor();
    expect(await texts(hers)).toEqual(['Привет, Борис!', 'Message deleted']);
    expect((await history(room)).map(({ content }) => content)).toEqual(['Привет, Борис!', '']);
  });

  it('shows that somebody writes', async () => {
    const hers = await enter(browser, room, anna);
    const his = await enter(browser, room, boris);
    await say(boris, room, 'do you hear me?');
    await row(hers, 'do you hear me?').waitFor();
    await field(his).pressSequentially('hel');
    await hers.getByText('Boris is typing…').waitFor();
    await write(his, 'hello');
    await hers.getByText('Boris is typing…').waitFor({ state: 'hidden' });
  });

  it('begins with a name, and can be read without one', async () => {
    await say(boris, room, 'can be read');
    const page = await enter(browser, room);
    await row(page, 'can be read').waitFor();
    await page.getByLabel('What should others call you?').fill('Вера');
    await page.keyboard.press('Enter');
    await field(page).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('здравствуйте');
    await page.keyboard.press('Enter');
    await row(page, 'здравствуйте').waitFor();
    await page.reload();
    await field(page).waitFor();
    expect(await row(page, 'здравствуйте').locator('.author').innerText()).toBe('Вера');
  });

  it('shows script and markup as text', async () => {
    const page = await enter(browser, room, anna);
    const text = '<img src=x onerror="document.title=1"><script>document.title=2</script><b>bold</b>';
    await say(boris, room, text);
    await row(page, '<b>bold</b>').waitFor();
    expect(await texts(page)).toEqual([text]);
    expect(await page.locator('.text b, .text img, .text script').count()).toBe(0);
    expect(await page.title()).toContain(room);
  });

  it('makes links of addresses and of nothing else', async () => {
    const page = await enter(browser, room, anna);
    await say(boris, room, 'see https://example.com/a(b)?c=1, and javascript:alert(1)');
    const links = page.locator('.text a');
    await links.first().waitFor();
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute('href')).toBe('https://example.com/a(b)?c=1');
    expect(await links.getAttribute('rel')).toContain('noopener');
  });
});

describe('sending', () => {
  it('stays in place when it fails, and one message comes of all tries', async () => {
    const gate = await Gate.open();
    try {
      const page = await enter(browser, room, anna, { base: gate.url });
      gate.cut();
      await page.locator('[data-live="waiting"]').waitFor({ state: 'attached' });
      await write(page, 'once');
      await page.locator('[data-state="failed"]').waitFor();
      await page.locator('[data-state="failed"]').getByRole('button', { name: 'Retry' }).click();
      await page.locator('[data-state="failed"]').waitFor();
      gate.restore();
      await row(page, 'once').waitFor();
      await page.locator('[data-state]').waitFor({ state: 'detached' });
      expect((await history(room)).length).toBe(1);
    } finally {
      await gate.close();
    }
  });

  it('repeats the same message when the answer was lost', async () => {
    const page = await enter(browser, room, anna);
    let lost = 0;
    await page.route('**/messages', async (route) => {
      if (route.request().method() !== 'POST' || lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await write(page, 'taken, but not answered');
    await row(page, 'taken, but not answered').waitFor();
    await page.locator('[data-state="failed"]').waitFor({ state: 'detached' });
    await write(page, 'the next one');
    await row(page, 'the next one').waitFor();
    expect((await history(room)).map(({ content }) => content)).toEqual(['taken, but not answered', 'the next one']);
  });

  it('keeps what is not sent over a reload, and drafts by room', async () => {
    const page = await enter(browser, room, anna);
    const other = (await makeRoom(anna, `${room}-2`)).name;
    await field(page).fill('not yet');
    await page.goto(page.url().replace(room, other));
    expect(await field(page).inputValue()).toBe('');
    await page.goBack();
    await until(async () => (await field(page).inputValue()) === 'not yet');
    await page.reload();
    await until(async () => (await field(page).inputValue()) === 'not yet');
  });

  it('keeps the order of what was written quickly', async () => {
    const page = await enter(browser, room, anna);
    const wanted = Array.from({ length: 12 }, (_, i) => `quick ${i + 1}`);
    for (const text of wanted) await write(page, text);
    await until(async () => (await history(room)).length === wanted.length);
    expect((await history(room)).map(({ content }) => content)).toEqual(wanted);
    await until(async () => (await page.locator('[data-state]').count()) === 0);
    await expect.poll(() => texts(page)).toEqual(wanted);
  });

  it('asks for a name again when the session has ended', async () => {
    const page = await enter(browser, room, anna);
    // It ends while the message is on its way: the page hears of an end by itself, and then has no field any more.
    const ends = async (route: Route) => {
      await closeSession(anna);
      await route.continue();
    };
    await page.route('**/messages', ends, { times: 1 });
    await write(page, 'kept');
    await page.getByText('Your session has ended').waitFor();
    await page.getByRole('button', { name: 'Start writing' }).click();
    await field(page).waitFor();
    await row(page, 'kept').waitFor();
    expect((await history(room)).map(({ content }) => content)).toEqual(['kept']);
  });
});

describe('the history', () => {
  it('resumes without a hole after the connection was cut', async () => {
    const gate = await Gate.open();
    try {
      const first = await say(boris, room, 'will be changed');
      const page = await enter(browser, room, anna, { base: gate.url });
      await row(page, 'will be changed').waitFor();
      gate.cut();
      await page.locator('[data-live="waiting"]').waitFor({ state: 'attached' });
      await page.locator('[data-connection="bad"]').waitFor();
      for (let i = 1; i <= 8; ++i) await say(boris, room, `meanwhile ${i}`);
      await changeMessage(boris, first.id, 'was changed');
      gate.restore();
      await page.getByText('Caught up 8 messages, none is missing').waitFor();
      await row(page, 'was changed').waitFor();
      const wanted = ['was changed edited', ...Array.from({ length: 8 }, (_, i) => `meanwhile ${i + 1}`)];
      expect(await texts(page)).toEqual(wanted);
    } finally {
      await gate.close();
    }
  });

  it('loads as one scrolls, keeps the place, and says what is new below', async () => {
    for (let i = 1; i <= 260; ++i) await say(boris, room, `row ${i}`);
    const page = await enter(browser, room, anna);
    await row(page, 'row 260').waitFor();
    await page.getByRole('log').hover();
    const first = page.getByText('row 1', { exact: true });
    await until(async () => {
      await page.mouse.wheel(0, -1500);
      return first.isVisible();
    });
    await page.getByText('Here the room begins').waitFor();
    await say(boris, room, 'row 261');
    await page.getByRole('button', { name: '1 new' }).click();
    await row(page, 'row 261').waitFor();
  });

  it('counts what is unread, begins there, and forgets it once it is read', async () => {
    const other = (await makeRoom(anna, `${room}-2`)).name;
    const page = await enter(browser, room, anna);
    await write(page, 'I was here');
    await row(page, 'I was here').waitFor();
    await page.getByRole('link', { name: other, exact: true }).click();
    await page.getByRole('heading', { name: other, level: 1 }).waitFor();
    for (let i = 1; i <= 3; ++i) await say(boris, room, `unread ${i}`);
    const link = page
      .getByRole('navigation', { name: 'Rooms' })
      .getByRole('link', { name: new RegExp(`${room}\\b(?!-)`) });
    await link.getByLabel('3 unread messages').waitFor();
    await page.reload();
    await link.getByLabel('3 unread messages').waitFor();
    const told = page.waitForResponse((response) => response.url().endsWith(`${room}/unread`) && response.ok());
    await link.click();
    await row(page, 'unread 1').locator('.begins').waitFor();
    await link.getByLabel('3 unread messages').waitFor({ state: 'detached' });
    await told;
    await page.reload();
    await row(page, 'unread 3').waitFor();
    expect(await link.locator('.count').count()).toBe(0);
  });

  it('begins where one stopped, however far back that is', async () => {
    const first = await say(anna, room, 'read up to here');
    await acknowledge(anna, room, first.pos);
    for (let i = 1; i <= 420; ++i) await say(boris, room, `unread ${i}`);
    const page = await enter(browser, room, anna);
    const begin = row(page, 'unread 1').first();
    await begin.locator('.begins').waitFor();
    expect(await begin.locator('.text').innerText()).toBe('unread 1');
    await page.getByRole('button', { name: '420 new' }).click();
    await row(page, 'unread 420').waitFor();
  });

  it('leads to the message that another one answers', async () => {
    const first = await say(anna, room, 'the question');
    for (let i = 1; i <= 150; ++i) await say(boris, room, `between ${i}`);
    await say(boris, room, 'the answer', { reply_to: first.id });
    const page = await enter(browser, room);
    await row(page, 'the answer').locator('.quote', { hasText: 'the question' }).click();
    await page.locator('.pointed', { hasText: 'the question' }).waitFor();
    await page.getByRole('button', { name: 'To the newest' }).click();
    await row(page, 'the answer').waitFor();
  });
});

describe('rooms', () => {
  it('are opened, ruled and closed', async () => {
    const page = await enter(browser, room, anna);
    const name = `${room}-new`;
    await page.getByRole('button', { name: 'New room' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    const his = await enter(browser, name, boris);
    await field(his).waitFor();
    await page.getByRole('button', { name: 'Room settings' }).click();
    await page.getByLabel('Only the owner writes').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await his.getByText('Only the owner Анна writes here').waitFor();
    await changeRoom(anna, name, { read_only: false });
    await field(his).waitFor();
    await closeRoom(anna, name);
    await his.getByText('This room has been closed').waitFor();
    expect(await his.getByText('Nobody has written').count()).toBe(0);
    await his.getByRole('link', { name, exact: true }).waitFor({ state: 'detached' });
  });

  it('that the server refuses are spoken of in the language of the page', async () => {
    const page = await enter(browser, room, anna, { locale: 'ru-RU' });
    await page.getByRole('button', { name: 'Новая комната' }).click();
    const form = page.getByRole('dialog');
    const refused = async (label: string, value: string, words: string) => {
      await form.getByLabel(label, { exact: true }).fill(value);
      await form.getByRole('button', { name: 'Создать' }).click();
      await form.getByText(words).waitFor();
    };
    await refused('Название', room, 'Комната с таким названием уже есть.');
    await refused('Название', 'a/b', 'Выберите другое название');
    await form.getByLabel('Название', { exact: true }).fill(`${room}-new`);
    await refused('Хранить сообщений', '999999999999', 'Столько сообщений сервер не хранит.');
    await form.getByLabel('Хранить сообщений', { exact: true }).fill('');
    await refused('Длина сообщения', '99999999', 'Сообщений такой длины сервер не принимает.');
  });

  it('that are not there are said to be so', async () => {
    const page = await browser.open('/?room=no-such-room');
    await page.getByText('There is no room “no-such-room”').waitFor();
  });

  it('show who is here, and who belongs to them', async () => {
    const page = await enter(browser, room, anna);
    const people = page.getByRole('complementary', { name: 'People' });
    await people.getByText('1 here now').waitFor();
    await people.getByRole('listitem').filter({ hasText: 'Анна' }).getByText('owner').waitFor();
    await join(boris, room);
    await people.getByText('1 more member').waitFor();
    await people.getByRole('listitem').filter({ hasText: 'Boris' }).waitFor();
    await people.getByRole('button', { name: 'Join' }).click();
    await people.getByRole('button', { name: 'Leave' }).click();
    await people.getByRole('button', { name: 'Join' }).waitFor();
  });
});

describe('hands', () => {
  it('the keyboard is enough', async () => {
    await say(boris, room, 'first');
    const mine = await say(anna, room, 'second');
    const page = await enter(browser, room, anna);
    await row(page, 'second').waitFor();
    await page.keyboard.press('k');
    await page.locator(`[data-id="${mine.id}"].selected`).waitFor();
    await page.keyboard.press('e');
    await page.keyboard.press('End');
    await page.keyboard.type(', changed');
    await page.keyboard.press('Enter');
    await row(page, 'second, changed').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await page.keyboard.press('r');
    await page.getByText('Reply to Boris').waitFor();
    await page.keyboard.type('answer');
    await page.keyboard.press('Enter');
    await row(page, 'answer').locator('.quote', { hasText: 'first' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('k');
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await row(page, 'answer').getByRole('button', { name: '❤️: 1' }).waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Message deleted').waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await until(async () => !(await page.getByRole('heading', { level: 1 }).innerText()).includes(room));
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('heading', { name: room, level: 1 }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Reply to the chosen message').waitFor();
    await page.keyboard.press('Escape');
    await field(page).waitFor();
    await page.keyboard.press('c');
    await page.keyboard.type('by hand');
    await page.keyboard.press('Enter');
    await row(page, 'by hand').waitFor();
  });

  it('every emoji can be reached on the last message', async () => {
    await say(boris, room, 'the only one');
    const page = await enter(browser, room, anna);
    await row(page, 'the only one').hover();
    await page.getByRole('button', { name: 'Add a reaction' }).click();
    const cake = page.getByRole('button', { name: 'Cake' });
    const [list, last] = [await page.getByRole('log').boundingBox(), await cake.boundingBox()];
    expect(last!.y + last!.height).toBeLessThanOrEqual(list!.y + list!.height);
    await cake.click();
    await row(page, 'the only one').getByRole('button', { name: '🍰: 1' }).waitFor();
  });

  it('a phone has it all in one column', async () => {
    await say(boris, room, 'a long line '.repeat(30));
    const mine = await say(anna, room, 'touch me');
    const page = await enter(browser, room, anna, phone);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.locator(`[data-id="${mine.id}"] .text`).tap();
    const heart = page.getByRole('button', { name: 'Heart' });
    await heart.waitFor();
    const box = await heart.boundingBox();
    expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(40);
    await heart.tap();
    await row(page, 'touch me').getByRole('button', { name: '❤️: 1' }).waitFor();
    await field(page).fill('from a phone');
    await page.getByRole('button', { name: 'Send' }).tap();
    await row(page, 'from a phone').waitFor();
    await page.getByRole('button', { name: 'Rooms' }).tap();
    await page.getByRole('dialog').getByRole('link', { name: 'lobby' }).tap();
    await page.getByRole('heading', { name: 'lobby', level: 1 }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
