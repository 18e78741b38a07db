// A conversation for each story of a file: a browser, Anna, who has opened a room, and Boris. Whoever imports this gets them anew
// before each story, and no page may have had an error at its end.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { makeRoom, person, type Person } from './chat_page';
import { Browser } from './support';

export let browser: Browser;
export let anna: Person;
export let boris: Person;
export let room: string;

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

beforeAll(async () => {
  browser = await Browser.launch();
});

afterAll(() => browser.close());

beforeEach(async () => {
  anna = await person('Анна');
  boris = await person('Boris');
  room = (await makeRoom(anna, `talk-${randomBytes(4).toString('hex')}`)).name;
});

afterEach(async () => expect(await browser.endStory()).toEqual([]));
