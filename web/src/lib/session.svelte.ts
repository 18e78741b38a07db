import { chat } from './api/chat';
import { actAs, onRefused } from './api/client';
import { ApiError } from './api/errors';
import type { Session, User } from './api/types';
import { load, save } from './storage';

interface Kept {
  secret: string;
  user: User;
}

const key = 'session';
/** Where no connection ends with the session, its end is found out within this time. */
const checkedMs = 10_000;

/**
 * Who writes from this browser. The secret lives in localStorage, so all tabs are the same person; it goes nowhere but to the
 * server.
 */
class SessionKeeper {
  user: User | undefined = $state.raw();
  expiresAt: number | undefined = $state();
  /** The session that was there has ended without being asked to. */
  expired = $state(false);
  /** The name to ask for first. */
  lastName = $state(load('name', ''));
  #secret: string | undefined = $state();

  constructor() {
    this.#restore();
    onRefused(() => this.#drop(true));
    const look = () => document.visibilityState === 'visible' && void this.check();
    setInterval(look, checkedMs);
    document.addEventListener('visibilitychange', look);
    window.addEventListener('storage', ({ key: changed }) => changed === `vestnik.${key}` && this.#restore());
  }

  get secret(): string | undefined {
    return this.#secret;
  }

  /** Throws ApiError. */
  async open(name: string): Promise<void> {
    const session = await chat.openSession(name);
    if (session.session_id === undefined) throw new ApiError(502, {});
    this.lastName = name;
    save('name', name);
    this.#take(session.session_id, session.user);
    this.#show(session);
  }

  /** Asks the server whether the session still stands, and until when. */
  async check(): Promise<void> {
    const asked = this.#secret;
    if (asked === undefined) return;
    try {
      const session = await chat.session();
      if (asked === this.#secret) this.#show(session);
    } catch {
      // A session that is refused has been dropped already; anything else says nothing of it.
    }
  }

  /** The guest becomes an account and keeps what they have. Throws ApiError. */
  async becomeAccount(username: string, email: string): Promise<void> {
    const user = await chat.createUser(username, email);
    if (this.#secret !== undefined) this.#take(this.#secret, user);
    await this.check();
  }

  async close(): Promise<void> {
    try {
      await chat.closeSession();
    } catch {
      // It ends by itself later; here it ends now.
    }
    this.#drop(false);
  }

  #show({ user, expires_at }: Session): void {
    this.user = user;
    this.expiresAt = expires_at === undefined ? undefined : Date.parse(expires_at);
  }

  #take(secret: string, user: User): void {
    this.#secret = secret;
    this.user = user;
    this.expired = false;
    actAs(secret);
    save(key, { secret, user } satisfies Kept);
  }

  #drop(expired: boolean): void {
    if (this.user) this.lastName = this.user.username;
    this.#secret = undefined;
    this.user = undefined;
    this.expiresAt = undefined;
    this.expired = expired;
    actAs(undefined);
    save(key, undefined);
  }

  #restore(): void {
    const kept = load<Kept | undefined>(key, undefined);
    this.#secret = kept?.secret;
    this.user = kept?.user;
    if (kept) this.expired = false;
    actAs(kept?.secret);
  }
}

export const session = new SessionKeeper();
