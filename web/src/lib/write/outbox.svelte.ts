import { api } from '../api/client';
import { ApiError, problemText } from '../api/errors';
import type { NewMessage } from '../api/types';
import { goneElsewhere, unsent, without } from '../chat/letters';
import { newNonce } from '../nonce';
import { session } from '../session.svelte';
import { load, save } from '../storage';
import { takeSeq } from './sequence';

export interface Letter {
  room: string;
  message: NewMessage;
  state: 'sending' | 'sent' | 'failed';
  /** When failed: the status (0: not reached, -1: the page was closed before the answer) and the server's words. */
  error?: { status: number; text: string };
  pos?: string;
  time?: number;
  tookMs?: number;
}

const kept = 50;
const key = 'outbox';

/** Messages written one by one. What is not acknowledged stays, also over a reload, and is sent again with the same nonce. */
class Outbox {
  /** Newest first. */
  letters: Letter[] = $state.raw(restore());

  constructor() {
    // What another tab has sent or given up is not this one's to send any more.
    window.addEventListener('storage', ({ key: changed, oldValue, newValue }) => {
      if (changed === `vestnik.${key}`) this.letters = without(this.letters, goneElsewhere(oldValue, newValue));
    });
  }

  async send(room: string, content: string, author: string): Promise<void> {
    const message: NewMessage = { content, client_seq: takeSeq(room), nonce: newNonce() };
    if (author !== '') message.username = author;
    this.#set([{ room, message, state: 'sending' } as Letter, ...this.letters].slice(0, kept));
    await this.#deliver(message.nonce);
  }

  async retry(nonce: string): Promise<void> {
    this.#change(nonce, { state: 'sending', error: undefined });
    await this.#deliver(nonce);
  }

  discard(nonce: string): void {
    this.#set(without(this.letters, new Set([nonce])));
  }

  async #deliver(nonce: string): Promise<void> {
    const letter = this.letters.find(({ message }) => message.nonce === nonce);
    if (!letter) return;
    const begin = performance.now();
    try {
      const { pos, created_at } = await api.send(letter.room, letter.message);
      this.#change(nonce, { state: 'sent', pos, time: Date.parse(created_at), tookMs: performance.now() - begin });
      // Who writes stays: the session ends later now.
      void session.check();
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(0, {});
      this.#change(nonce, { state: 'failed', error: { status: known.status, text: problemText(known) } });
    }
  }

  #change(nonce: string, change: Partial<Letter>): void {
    this.#set(this.letters.map((letter) => (letter.message.nonce === nonce ? { ...letter, ...change } : letter)));
  }

  #set(letters: Letter[]): void {
    save(key, unsent(load<Letter[]>(key, []), this.letters, letters));
    this.letters = letters;
  }
}

function restore(): Letter[] {
  // Stored as they were written, the oldest first.
  const letters = load<Letter[]>(key, []).reverse();
  return letters.map((letter) =>
    letter.state === 'sending' ? { ...letter, state: 'failed', error: { status: -1, text: '' } } : letter,
  );
}

export const outbox = new Outbox();
