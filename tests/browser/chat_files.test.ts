import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { changeRoom, closeSession, enter, field, history, makeRoom, row, say, write } from './chat_page';
import { anna, boris, browser, room } from './conversation';
import { inFolder } from './own_server';
import { server } from './support';

// One red pixel.
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFAAH/q842iQAAAABJRU5ErkJggg==',
  'base64',
);
const notes = { name: 'заметки.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') };

const sent = (page: Page) => page.locator('[data-upload]');
const choose = (page: Page, ...files: (typeof notes)[]) => page.locator('input[type="file"]').setInputFiles(files);
const ready = (page: Page, count: number) =>
  page
    .locator('[data-upload="ready"]')
    .nth(count - 1)
    .waitFor();

it('files go with a message, pictures are shown, and others are downloaded', async () => {
  const hers = await enter(browser, room, anna);
  const his = await enter(browser, room, boris);
  await choose(hers, { name: 'red.png', mimeType: 'image/png', buffer: pixel }, notes);
  await ready(hers, 2);
  await write(hers, 'two files');

  const received = row(his, 'two files');
  const picture = received.getByRole('img', { name: 'Picture red.png' });
  await picture.waitFor();
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  const link = received.getByRole('link', { name: 'заметки.txt' });
  const download = his.waitForEvent('download');
  await link.click();
  expect((await download).suggestedFilename()).toBe('заметки.txt');
  expect(await sent(hers).count()).toBe(0);
});

it('a file alone is a message', async () => {
  const hers = await enter(browser, room, anna);
  const his = await enter(browser, room, boris);
  await choose(hers, notes);
  await ready(hers, 1);
  await field(hers).press('Enter');
  await his.locator('[data-id]').getByRole('link', { name: 'заметки.txt' }).waitFor();
  await hers.locator('[data-id]').getByRole('link', { name: 'заметки.txt' }).waitFor();
});

it('what says that it is a picture and is none is not shown as one', async () => {
  const hers = await enter(browser, room, anna);
  const script = Buffer.from('<script>document.title = "taken"</script>');
  await choose(hers, { name: 'cat.png', mimeType: 'image/png', buffer: script });
  await ready(hers, 1);
  await sent(hers).locator('img').waitFor({ state: 'detached' });
  await write(hers, 'look');
  const link = row(hers, 'look').getByRole('link', { name: 'cat.png' });
  await link.waitFor();
  expect(await row(hers, 'look').getByRole('img', { name: 'Picture cat.png' }).count()).toBe(0);
  const answer = await fetch(new URL((await link.getAttribute('href'))!, server));
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
  expect(answer.headers.get('content-type')).not.toMatch(/html/);
});

it('is taken when it is dropped on the conversation, and never takes the place of the page', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'dropped.txt');
    await writeFile(path, 'dropped');
    const page = await enter(browser, room, boris);
    const hand = await page.context().newCDPSession(page);
    const drop = async () => {
      const { x, y, width, height } = (await page.getByRole('log').boundingBox())!;
      const at = { x: x + width / 2, y: y + height / 2, data: { items: [], files: [path], dragOperationsMask: 1 } };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await hand.send('Input.dispatchDragEvent', { type, ...at });
    };
    await drop();
    await ready(page, 1);
    await write(page, 'dropped on it');
    await row(page, 'dropped on it').getByRole('link', { name: 'dropped.txt' }).waitFor();
    await field(page).press('ArrowUp');
    await page.getByText('Editing').waitFor();
    await drop();
    await changeRoom(anna, room, { read_only: true });
    await page.getByText('Only the owner Анна writes here').waitFor();
    await drop();
    await changeRoom(anna, room, { read_only: false });
    await field(page).waitFor();
    expect(await sent(page).count()).toBe(0);
    expect(page.context().pages().length).toBe(1);
    expect(page.url()).toContain(room);
  });
});

it('is gone with its message', async () => {
  const hers = await enter(browser, room, anna);
  await choose(hers, notes);
  await ready(hers, 1);
  await write(hers, 'not for long');
  const message = row(hers, 'not for long');
  const href = (await message.getByRole('link', { name: 'заметки.txt' }).getAttribute('href'))!;
  await message.hover();
  await hers.getByRole('button', { name: 'Delete' }).click();
  await hers.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await hers.getByText('Message deleted').waitFor();
  await expect.poll(async () => (await fetch(new URL(href, server))).status).toBe(404);
});

it('can be tried again and taken back before it is sent', async () => {
  const page = await enter(browser, room, anna);
  let tries = 0;
  const refusals = [
    { status: 503, json: { detail: 'the disk is full' } },
    { status: 429, json: { detail: 'slow down' }, headers: { 'Retry-After': '1' } },
    { status: 429, json: { detail: 'attachments of one user take up at most 5 bytes' } },
  ];
  await page.route('**/api/v1/attachments?*', (route) => {
    const refusal = refusals[tries++];
    return refusal ? route.fulfill(refusal) : route.continue();
  });
  await choose(page, notes);
  for (const words of ['the disk is full', 'slow down', 'There is no room for this file']) {
    await sent(page).getByText(words).waitFor();
    await sent(page).getByRole('button', { name: 'Retry' }).click();
  }
  await ready(page, 1);
  expect(await page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
  await sent(page).getByRole('button', { name: 'Remove заметки.txt' }).click();
  expect(await sent(page).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
});

it('no more are taken than a message may have, and the others are spoken of', async () => {
  const page = await enter(browser, room, anna);
  const named = (i: number) => ({ ...notes, name: `notes-${i}.txt` });
  await choose(page, ...Array.from({ length: 9 }, (_, i) => named(i + 1)));
  await choose(page, named(10), named(11), named(12));
  await page.getByText('A message takes at most 10 files. 2 files were left out').waitFor();
  await ready(page, 10);
  expect(await sent(page).count()).toBe(10);
  await choose(page, named(11));
  await page.getByText('1 file was left out').waitFor();
  await sent(page).getByRole('button', { name: 'Remove notes-10.txt' }).click();
  await page.getByText('left out').waitFor({ state: 'detached' });
  await choose(page, named(11));
  await ready(page, 10);
  await write(page, 'ten files');
  await row(page, 'ten files').getByRole('link', { name: 'notes-11.txt' }).waitFor();
  expect(
    await row(page, 'ten files')
      .getByRole('link', { name: /^notes-/ })
      .count(),
  ).toBe(10);
});

it('an upload of a session that has ended asks for a name again', async () => {
  const page = await enter(browser, room, anna);
  await page.route('**/api/v1/sessions/me', (route) => route.abort());
  await page.route('**/api/v1/attachments?*', async (route) => {
    await closeSession(anna);
    await route.continue();
  });
  await choose(page, notes);
  await page.getByText('Your session has ended').waitFor();
});

it('what the server will not take is said in plain words, and not tried again', async () => {
  const page = await enter(browser, room, anna);
  await page.route('**/api/v1/attachments?name=big*', (route) => route.fulfill({ status: 413, json: {} }));
  await choose(page, { ...notes, name: 'empty.txt', buffer: Buffer.from('') }, { ...notes, name: 'big.txt' });
  await sent(page).getByText('This file is empty.').waitFor();
  await sent(page).getByText('This file is larger than the server takes.').waitFor();
  expect(await sent(page).getByRole('button', { name: 'Retry' }).count()).toBe(0);

  const told = page.getByText('This message has files that were not taken');
  await write(page, 'without them');
  await told.waitFor();
  await sent(page).getByRole('button', { name: 'Remove empty.txt' }).click();
  await sent(page).getByRole('button', { name: 'Remove big.txt' }).click();
  await told.waitFor({ state: 'detached' });
  await choose(page, { ...notes, name: 'empty.txt', buffer: Buffer.from('') });
  await sent(page).getByText('This file is empty.').waitFor();
  expect(await told.count()).toBe(0);
  await page.getByRole('button', { name: 'Send' }).click();
  await told.waitFor();
  await sent(page).getByRole('button', { name: 'Remove empty.txt' }).click();
  await field(page).press('Enter');
  await row(page, 'without them').waitFor();
});

it('choosing and removing files does not leave the end of the conversation', async () => {
  for (let i = 1; i <= 60; ++i) await say(boris, room, `row ${i}`);
  const page = await enter(browser, room, anna);
  await row(page, 'row 60').waitFor();
  await choose(page, ...Array.from({ length: 6 }, (_, i) => ({ ...notes, name: `notes-${i}.txt` })));
  await ready(page, 6);
  await write(page, 'six files');
  await row(page, 'six files').getByRole('link', { name: 'notes-5.txt' }).waitFor();
  await choose(page, notes);
  await ready(page, 1);
  await sent(page)
    .getByRole('button', { name: /^Remove/ })
    .click();
  await sent(page).waitFor({ state: 'detached' });
  await say(boris, room, 'row 61');
  await row(page, 'row 61').waitFor();
  expect(await page.getByRole('button', { name: /To the newest|new$/ }).count()).toBe(0);
});

describe('the files of a draft', () => {
  interface WithFiles {
    content: string;
    attachments?: { name: string }[];
  }
  const written = async (name = room) =>
    ((await history(name)) as WithFiles[]).map(({ content, attachments = [] }) =>
      [content, ...attachments.map((one) => one.name)].join(' +'),
    );

  it('wait with it while one looks at another room', async () => {
    const other = (await makeRoom(anna, `${room}-2`)).name;
    const page = await enter(browser, room, anna);
    const rooms = page.getByRole('navigation', { name: 'Rooms' });
    await field(page).fill('see the notes');
    // It is still on its way when one leaves.
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/api/v1/attachments?*', async (route) => {
      await held;
      await route.continue();
    });
    await choose(page, notes);
    await page.locator('[data-upload="sending"]').waitFor();
    await rooms.getByRole('link', { name: other, exact: true }).click();
    await page.getByText(`Nobody has written in “${other}” yet.`).waitFor();
    expect(await sent(page).count()).toBe(0);
    await write(page, 'for there');
    await row(page, 'for there').waitFor();
    await rooms.getByRole('link', { name: room, exact: true }).click();
    await expect.poll(() => field(page).inputValue()).toBe('see the notes');
    await field(page).press('Enter');
    await page.getByText('The files are still on their way').waitFor();
    letGo();
    await ready(page, 1);
    await field(page).press('Enter');
    await row(page, 'see the notes').getByRole('link', { name: notes.name }).waitFor();
    expect(await written()).toEqual([`see the notes +${notes.name}`]);
    expect(await written(other)).toEqual(['for there']);
  });

  it('are there again after a reload, sent or not', async () => {
    const page = await enter(browser, room, anna);
    await field(page).fill('two files');
    await choose(page, notes);
    await ready(page, 1);
    await page.route('**/api/v1/attachments?name=second*', () => {});
    await choose(page, { ...notes, name: 'second.txt' });
    await page.locator('[data-upload="sending"]').waitFor();
    await page.unroute('**/api/v1/attachments?name=second*');
    await page.reload();
    await ready(page, 2);
    expect(await field(page).inputValue()).toBe('two files');
    await field(page).press('Enter');
    await row(page, 'two files').getByRole('link', { name: 'second.txt' }).waitFor();
    expect(await written()).toEqual([`two files +${notes.name} +second.txt`]);
    await page.reload();
    await row(page, 'two files').waitFor();
    expect(await sent(page).count()).toBe(0);
  });

  it('that are not here any more are not forgotten in silence', async () => {
    const page = await enter(browser, room, anna);
    await page.addInitScript(() => indexedDB.deleteDatabase('vestnik'));
    await page.route('**/api/v1/attachments?*', () => {});
    await field(page).fill('with a file');
    await choose(page, notes);
    await page.locator('[data-upload="sending"]').waitFor();
    await page.reload();
    await sent(page).getByText('This file is not here any more').waitFor();
    await field(page).press('Enter');
    await page.getByText('This message has files that were not taken').waitFor();
    expect(await history(room)).toEqual([]);
  });
});

it('a picture keeps its shape, and is never larger than it is', async () => {
  const page = await enter(browser, room, anna);
  const make = (width: number, height: number) =>
    page.evaluate(
      async ([w, h]) => {
        const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
        canvas.getContext('2d')!.fillRect(0, 0, w, h);
        const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
        return [...new Uint8Array(await blob!.arrayBuffer())];
      },
      [width, height] as const,
    );
  for (const [width, height] of [
    [60, 40],
    [300, 1400],
    [1600, 900],
  ] as const) {
    const buffer = Buffer.from(await make(width, height));
    await choose(page, { name: `${width}x${height}.png`, mimeType: 'image/png', buffer });
  }
  await ready(page, 3);
  await write(page, 'three shapes');
  const shown = () =>
    row(page, 'three shapes')
      .locator('.picture img')
      .evaluateAll((images) => images.map((image) => [image.clientWidth, image.clientHeight]));
  const expected = [
    [60, 40],
    [69, 320],
    [320, 180],
  ];
  await expect.poll(shown).toEqual(expected);
  // It has its place before it has come again.
  await page.route('**/api/v1/attachments/*', () => {});
  await page.reload();
  await row(page, 'three shapes').waitFor();
  expect(await shown()).toEqual(expected);
});
