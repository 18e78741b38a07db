// Messages that were written here and are not in the history yet. Plain values: a change makes a new list.
import type { Attachment, NewMessage } from '../api/types';

export interface Letter {
  room: string;
  message: NewMessage;
  /** Who wrote it; another person does not send it again. */
  userId: number;
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  /** When it was written, milliseconds since 1970. */
  time: number;
  /** What is shown of its files until the server shows them. */
  attachments: Attachment[];
  /** When failed: the status (0: not reached, -1: the page was closed before the answer) and the server's words. */
  error?: { status: number; text: string };
  /** When sent: where it stands. */
  pos?: string;
}

/** What any outbox holds. */
export interface Outgoing {
  message: { nonce: string };
  state: 'waiting' | 'sending' | 'sent' | 'failed';
}

const kept = 200;

export function written(letters: readonly Letter[], letter: Letter): Letter[] {
  return [...letters, letter].slice(-kept);
}

export function changed(letters: readonly Letter[], nonce: string, change: Partial<Letter>): Letter[] {
  return letters.map((letter) => {
    if (letter.message.nonce !== nonce) return letter;
    const { error: _, ...rest } = letter;
    return { ...rest, ...change };
  });
}

export function without<T extends Outgoing>(letters: readonly T[], nonces: ReadonlySet<string>): T[] {
  return letters.some(({ message }) => nonces.has(message.nonce))
    ? letters.filter(({ message }) => !nonces.has(message.nonce))
    : (letters as T[]);
}

/** The next one to send in a room: one at a time, so that messages stay in the order in which they were written. */
export function nextToSend(letters: readonly Letter[], room: string): Letter | undefined {
  const own = letters.filter((letter) => letter.room === room);
  if (own.some(({ state }) => state === 'sending')) return undefined;
  return own.find(({ state }) => state === 'waiting');
}

const unauthenticated = 401;
const ofTheMessage = [400, 413, 422];

/** Whether the server does not take the message as it is: sending it again would not help, changing it may. */
export function isRefused(status: number): boolean {
  return ofTheMessage.includes(status);
}

/**
 * After the connection or the session is back: what did not reach the server is sent again by the same person, what it did not
 * take from an ended session by the next one. What it refused for another reason is not.
 */
export function retried(letters: readonly Letter[], userId: number): Letter[] {
  return letters.map((letter) => {
    const status = letter.error?.status ?? 0;
    const lost = status === 0 && letter.userId === userId;
    // Files belong to who has sent them.
    const handedOn = status === unauthenticated && (letter.userId === userId || letter.attachments.length === 0);
    if (letter.state !== 'failed' || !(lost || handedOn)) return letter;
    const { error: _, ...rest } = letter;
    return { ...rest, userId, state: 'waiting' };
  });
}

/** As they were when the page was closed: what was under way then has to be asked for again. */
export function restored(letters: readonly Letter[]): Letter[] {
  return letters.map((letter) =>
    letter.state === 'failed' ? letter : { ...letter, state: 'failed', error: { status: -1, text: '' } },
  );
}

/**
 * What has to be kept over a reload, after one tab's letters have changed. `stored` is what all tabs have written: of it only what
 * has changed here is changed.
 */
export function unsent<T extends Outgoing>(stored: readonly T[], before: readonly T[], after: readonly T[]): T[] {
  const all = new Map(stored.map((letter) => [letter.message.nonce, letter]));
  for (const letter of after) if (!before.includes(letter)) all.set(letter.message.nonce, letter);
  const there = new Set(after.map(({ message }) => message.nonce));
  for (const { message } of before) if (!there.has(message.nonce)) all.delete(message.nonce);
  return [...all.values()].filter(({ state }) => state !== 'sent');
}

/** The letters that another tab has sent or given up, when the stored ones became these. */
export function goneElsewhere(before: string | null, after: string | null): Set<string> {
  const nonces = (value: string | null) =>
    (JSON.parse(value ?? '[]') as Outgoing[]).map(({ message }) => message.nonce);
  const there = nonces(after);
  return new Set(nonces(before).filter((nonce) => !there.includes(nonce)));
}
