// What the stories of the chat do and see: people who talk, and what stands on their pages.
import type { Locator, Page } from 'playwright-core';
import { server, until, type Browser } from './support';

export interface Person {
  name: string;
  secret: string;
  id: number;
}

interface Written {
  id: number;
  pos: string;
  content: string;
}

export async function call<T>(person: Person | undefined, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(server + path, {
    method,
    headers: {
      ...(person ? { Authorization: `Bearer ${person.secret}` } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Somebody with a session, who may also write without a page. */
export async function person(name: string): Promise<Person> {
  const { session_id, user } = await call<{ session_id: string; user: { id: number } }>(
    undefined,
    'POST',
    '/api/v1/sessions',
    { display_name: name },
  );
  return { name, secret: session_id, id: user.id };
}

export const say = (who: Person, room: string, content: string, more: object = {}): Promise<Written> =>
  call(who, 'POST', `/api/v1/rooms/${encodeURIComponent(room)}/messages`, { content, ...more });
export const makeRoom = (who: Person, name: string, rules: object = {}): Promise<{ name: string }> =>
  call(who, 'POST', '/api/v1/rooms', { name, ...rules });
export const closeRoom = (who: Person, name: string): Promise<unknown> =>
  call(who, 'DELETE', `/api/v1/rooms/${encodeURIComponent(name)}`);
export const changeRoom = (who: Person, name: string, rules: object): Promise<unknown> =>
  call(who, 'PATCH', `/api/v1/rooms/${encodeURIComponent(name)}`, rules);
export const join = (who: Person, room: string): Promise<unknown> =>
  call(who, 'PUT', `/api/v1/rooms/${encodeURIComponent(room)}/members/me`);
export const acknowledge = (who: Person, room: string, pos: string): Promise<unknown> =>
  call(who, 'POST', `/api/v1/rooms/${encodeURIComponent(room)}/unread`, { ack: pos, limit: 0 });
export const changeMessage = (who: Person, id: number, content: string): Promise<Written> =>
  call(who, 'PATCH', `/api/v1/messages/${id}`, { content });
export const removeMessage = (who: Person, id: number): Promise<unknown> =>
  call(who, 'DELETE', `/api/v1/messages/${id}`);
export const react = (who: Person, id: number, emoji: string): Promise<unknown> =>
  call(who, 'PUT', `/api/v1/messages/${id}/reactions/${encodeURIComponent(emoji)}`);
export const history = (room: string): Promise<Written[]> =>
  call(undefined, 'GET', `/api/v1/rooms/${encodeURIComponent(room)}/messages?limit=500&order=asc`);
/** Waits until a search finds whatever was written, changed and deleted before. */
export const indexed = (): Promise<void> =>
  until(async () => {
    const found = await call<{ indexed_through?: string }>(undefined, 'GET', '/api/v1/search?q=anything&limit=1');
    return found.indexed_through === undefined;
  });
export const closeSession = (who: Person): Promise<unknown> => call(who, 'DELETE', '/api/v1/sessions/me');

type Options = Parameters<Browser['open']>[1];

/** What the browser keeps of a person who has signed in on this server. */
export function signedIn(who: Person, origin = server): NonNullable<Options>['storageState'] {
  const value = JSON.stringify({ secret: who.secret, user: { id: who.id, username: who.name, guest: true } });
  return { cookies: [], origins: [{ origin, localStorage: [{ name: 'vestnik.session', value }] }] };
}

/** Opens the room in a browser of its own, as this person or as a visitor without a name. */
export async function enter(browser: Browser, room: string, who?: Person, options: Options = {}): Promise<Page> {
  const state = who ? { storageState: signedIn(who, options.base) } : {};
  const page = await browser.open(`/?room=${encodeURIComponent(room)}`, { ...state, ...options });
  await page.locator('[data-live="live"]').waitFor({ state: 'attached' });
  await page.locator('.frame[aria-busy="false"]').waitFor();
  return page;
}

export const row = (page: Page, text: string): Locator => page.locator('[data-id]', { hasText: text });
export const field = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to/ });

/** Writes with the keyboard, as people do. */
export async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await page.keyboard.press('Enter');
}

/** The texts of all drawn messages, in their order. */
export const texts = (page: Page): Promise<string[]> => page.locator('[data-id] .text').allInnerTexts();
