import { api } from '../api/client';
import { ApiError, problemText } from '../api/errors';
import { load, save } from '../storage';
import {
  changed,
  goneElsewhere,
  nextToSend,
  restored,
  retried,
  unsent,
  without,
  written,
  type Letter,
} from './letters';

const key = 'chat.outbox';

/**
 * What was written in the chat and is not in the history yet. Each message keeps its nonce for ever, so sending it again is
 * safe; what was not acknowledged stays over a reload.
 */
export class ChatOutbox {
  letters: Letter[] = $state.raw(restored(load<Letter[]>(key, [])));

  /** `onsent` is told of every message that the server has taken. */
  constructor(private readonly onsent: (letter: Letter) => void) {}

  /** What another tab has sent or given up is not this one's to send any more. */
  storedElsewhere({ key: changed, oldValue, newValue }: StorageEvent): void {
    if (changed !== `vestnik.${key}`) return;
    this.letters = without(this.letters, goneElsewhere(oldValue, newValue));
  }

  of(room: string): Letter[] {
    return this.letters.filter((letter) => letter.room === room);
  }

  send(letter: Letter): void {
    this.#set(written(this.letters, letter));
    void this.#deliver(letter.room);
  }

  retry(nonce: string): void {
    const letter = this.letters.find(({ message }) => message.nonce === nonce);
    if (!letter) return;
    this.#set(changed(this.letters, nonce, { state: 'waiting' }));
    void this.#deliver(letter.room);
  }

  retryAll(userId: number): void {
    this.#set(retried(this.letters, userId));
    for (const room of new Set(this.letters.map((letter) => letter.room))) void this.#deliver(room);
  }

  /** These are in the history now, or are not wanted any more. */
  remove(nonces: ReadonlySet<string>): void {
    if (nonces.size > 0) this.#set(without(this.letters, nonces));
  }

  async #deliver(room: string): Promise<void> {
    for (let letter = nextToSend(this.letters, room); letter; letter = nextToSend(this.letters, room)) {
      const { nonce } = letter.message;
      this.#set(changed(this.letters, nonce, { state: 'sending' }));
      try {
        const { pos } = await api.send(room, letter.message);
        this.#set(changed(this.letters, nonce, { state: 'sent', pos }));
        this.onsent({ ...letter, pos });
      } catch (error) {
        const known = error instanceof ApiError ? error : new ApiError(0, {});
        const told = { status: known.status, text: problemText(known) };
        this.#set(changed(this.letters, nonce, { state: 'failed', error: told }));
      }
    }
  }

  #set(letters: Letter[]): void {
    save(key, unsent(load<Letter[]>(key, []), this.letters, letters));
    this.letters = letters;
  }
}
