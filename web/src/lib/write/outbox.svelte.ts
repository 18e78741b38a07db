import { api } from '../api/client';
import { ApiError, problemText } from '../api/errors';
import type { NewMessage } from '../api/types';
import { newNonce } from '../nonce';
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
  letters: Letter[] = $state(restore());

  async send(room: string, content: string, author: string): Promise<void> {
    const message: NewMessage = { content, client_seq: takeSeq(room), nonce: newNonce() };
    if (author !== '') message.username = author;
    this.letters = [{ room, message, state: 'sending' } as Letter, ...this.letters].slice(0, kept);
    await this.#deliver(message.nonce);
  }

  async retry(nonce: string): Promise<void> {
    this.#change(nonce, { state: 'sending', error: undefined });
    await this.#deliver(nonce);
  }

  discard(nonce: string): void {
    this.letters = this.letters.filter(({ message }) => message.nonce !== nonce);
    this.#save();
  }

  async #deliver(nonce: string): Promise<void> {
    const letter = this.letters.find(({ message }) => message.nonce === nonce);
    if (!letter) return;
    this.#save();
    const begin = performance.now();
    try {
      const { pos, created_at } = await api.send(letter.room, $state.snapshot(letter.message));
      this.#change(nonce, { state: 'sent', pos, time: Date.parse(created_at), tookMs: performance.now() - begin });
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(0, {});
      this.#change(nonce, { state: 'failed', error: { status: known.status, text: problemText(known) } });
    }
    this.#save();
  }

  #change(nonce: string, change: Partial<Letter>): void {
    this.letters = this.letters.map((letter) => (letter.message.nonce === nonce ? { ...letter, ...change } : letter));
  }

  #save(): void {
    save(
      key,
      this.letters.filter(({ state }) => state !== 'sent'),
    );
  }
}

function restore(): Letter[] {
  const letters = load<Letter[]>(key, []);
  return letters.map((letter) =>
    letter.state === 'sending' ? { ...letter, state: 'failed', error: { status: -1, text: '' } } : letter,
  );
}

export const outbox = new Outbox();
