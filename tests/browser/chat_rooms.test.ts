import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { changeRoom, closeRoom, closeSession, enter, field, history, join, makeRoom, removeMessage } from './chat_page';
import { row, say, texts, write } from './chat_page';
import { anna, boris, browser, phone, room } from './conversation';
import { Gate } from './gate';
import { server } from './support';

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

it('all rooms are there, however many', async () => {
  const [real] = (await (await fetch(`${server}/api/v1/rooms?limit=1`)).json()) as object[];
  const all = Array.from({ length: 2000 }, (_, i) => ({ ...real, id: `id-${i}`, name: `many ${i}` }));
  all.push({ ...real, id: 'mine', name: 'яяя mine', ...{ owner_id: anna.id } });
  const page = await enter(browser, room, anna);
  await page.route('**/api/v1/rooms?*', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('offset') ?? 0);
    return route.fulfill({ json: all.slice(from, from + 500) });
  });
  await page.reload();
  const rooms = page.getByRole('navigation', { name: 'Rooms' });
  await rooms.getByRole('link', { name: 'яяя mine' }).waitFor();
  expect(await rooms.getByRole('link').count()).toBeLessThan(600);
  await rooms.getByText('1,500 more rooms: find them by their names.').waitFor();
  await page.getByRole('searchbox', { name: 'Find a room' }).fill('many 1999');
  await rooms.getByRole('link', { name: 'many 1999' }).waitFor();
  expect(await rooms.getByRole('link').count()).toBe(1);
});

it('what the server refuses is said in the language of the page', async () => {
  const page = await enter(browser, room, anna, { locale: 'ru-RU' });
  await page.getByRole('button', { name: 'Поиск' }).click();
  await page.getByRole('searchbox', { name: 'Поиск' }).fill('***');
  await page.getByText('Здесь нет слова, которое можно искать.').waitFor();
  const ends = async (route: Route) => {
    await closeSession(anna);
    await route.continue();
  };
  await page.route('**/messages', ends, { times: 1 });
  await page.getByRole('textbox', { name: /^Сообщение/ }).fill('kept');
  await page.keyboard.press('Enter');
  const letter = page.locator('[data-state="failed"]');
  await letter.getByText('Не отправлено. Сервер не знает, кто вы.').waitFor();
  expect(await letter.locator('strong').innerText()).toBe('Анна');
});

describe('the list of rooms', () => {
  it('has a new one at once, marked until it is looked at, and loses a closed one', async () => {
    const page = await enter(browser, room, anna);
    const rooms = page.getByRole('navigation', { name: 'Rooms' });
    await rooms.getByRole('link', { name: room }).waitFor();
    // Nothing is read anew: what comes is told.
    await page.route('**/api/v1/rooms?*', (route) => route.abort());
    const { name } = await makeRoom(boris, `${room}-new`);
    const link = rooms.getByRole('link', { name });
    await link.getByText('new', { exact: true }).waitFor();
    await link.click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await link.getByText('new', { exact: true }).waitFor({ state: 'detached' });
    await rooms.getByRole('link', { name: room, exact: true }).click();
    await closeRoom(boris, name);
    await link.waitFor({ state: 'detached' });
  });

  it('is whole again after the connection was cut', async () => {
    const gate = await Gate.open();
    try {
      const page = await enter(browser, room, anna, { base: gate.url });
      gate.cut();
      await page.locator('[data-live="waiting"]').waitFor({ state: 'attached' });
      const { name } = await makeRoom(boris, `${room}-meanwhile`);
      await closeRoom(anna, room);
      gate.restore();
      const rooms = page.getByRole('navigation', { name: 'Rooms' });
      await rooms.getByRole('link', { name }).waitFor();
      await rooms.getByRole('link', { name: room, exact: true }).waitFor({ state: 'detached' });
    } finally {
      await gate.close();
    }
  });

  it('counts neither what one wrote elsewhere nor what was deleted', async () => {
    const other = (await makeRoom(boris, `${room}-2`)).name;
    await join(anna, other);
    const page = await enter(browser, room, anna);
    const link = page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: other });
    await say(anna, other, 'from my phone');
    const oops = await say(boris, other, 'oops');
    await say(boris, other, 'to be read');
    await link.getByLabel('2 unread messages').waitFor();
    await removeMessage(boris, oops.id);
    await link.getByLabel('1 unread message', { exact: true }).waitFor();
    await page.reload();
    await link.getByLabel('1 unread message', { exact: true }).waitFor();
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

  it('shows no more messages than it keeps', async () => {
    const page = await enter(browser, room, anna);
    await changeRoom(anna, room, { message_limit: 3 });
    for (let n = 1; n <= 8; ++n) await say(boris, room, `message ${n}`);
    await row(page, 'message 8').waitFor();
    await expect.poll(() => texts(page)).toEqual(['message 6', 'message 7', 'message 8']);
    await page.getByText('3 messages').waitFor();
    await changeRoom(anna, room, { message_limit: 2 });
    await expect.poll(() => texts(page)).toEqual(['message 7', 'message 8']);
    await page.getByText('2 messages').waitFor();
  });

  it('has one number of those who are in it', async () => {
    const page = await enter(browser, room, anna);
    const people = page.getByRole('complementary', { name: 'People' });
    const head = page.getByTestId('here');
    await head.getByText('1 here now').waitFor();
    const his = await enter(browser, room, boris);
    await people.getByText('2 here now').waitFor();
    expect(await head.innerText()).toBe('2 here now');
    await his.close();
    await people.getByText('1 here now').waitFor();
    expect(await head.innerText()).toBe('1 here now');
  });

  it('forgets whoever has closed the browser', async () => {
    const his = await enter(browser, room, boris);
    await write(his, 'bye');
    await row(his, 'bye').waitFor();
    const page = await enter(browser, room, anna);
    const people = page.getByRole('complementary', { name: 'People' });
    await people.getByText('2 here now').waitFor();
    await his.context().close();
    await people.getByText('1 here now').waitFor();
  });

  it('does not call new what one wrote in another tab', async () => {
    for (let i = 1; i <= 60; ++i) await say(boris, room, `row ${i}`);
    const page = await enter(browser, room, anna);
    await row(page, 'row 60').waitFor();
    await page.getByRole('log').hover();
    await page.mouse.wheel(0, -600);
    await page.getByRole('button', { name: 'To the newest' }).waitFor();
    await say(anna, room, 'from my other tab');
    await say(boris, room, 'an answer');
    await page.getByRole('button', { name: '1 new', exact: true }).waitFor();
  });

  it('that is not there cannot be joined', async () => {
    const page = await enter(browser, room, anna);
    await page.goto(page.url().replace(room, 'no-such-room'));
    await page.getByText('There is no room').waitFor();
    expect(await page.getByText('here now').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Join' }).count()).toBe(0);
  });

  it('that is closed has nobody who writes', async () => {
    const page = await enter(browser, room, anna);
    const his = await enter(browser, room, boris);
    await field(his).pressSequentially('hel');
    await page.getByText('Boris is typing…').waitFor();
    await closeRoom(anna, room);
    await page.getByText('This room has been closed').waitFor();
    expect(await page.getByText('Boris is typing…').count()).toBe(0);
  });

  it('with a long name fits on a phone', async () => {
    const { name } = await makeRoom(anna, `${room}-${'ш'.repeat(64 - room.length - 1)}`);
    const page = await enter(browser, name, anna, phone);
    await page.getByText('Nobody has written').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  it('is nobody’s business on a server that wants a name first', async () => {
    const page = await enter(browser, room, anna);
    const rooms = page.getByRole('navigation', { name: 'Rooms' });
    await rooms.getByRole('link', { name: room }).waitFor();
    await page.route('**/api/v1/rooms?*', async (route) => {
      if ((await route.request().headerValue('authorization')) !== null) return route.continue();
      return route.fulfill({ status: 401, json: { title: 'Unauthorized', status: 401 } });
    });
    await page.getByRole('button', { name: 'Анна' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).last().click();
    await page.getByText('This server shows its rooms only to those who say who they are.').waitFor();
    expect(await rooms.getByRole('link').count()).toBe(0);
    expect(await rooms.getByText('No such room').count()).toBe(0);
  });
});
