// One socket for many rooms, without a socket and without a clock: events go in with the time, actions come out.
import type { RoomEvent } from '../api/types';
import { askedDelayMs, backoffMs, refusedBackoffMs } from '../live/backoff';
import { answerTimeoutMs, closedSession, quietMs, type LiveState, type Loss } from '../live/machine';
import { isRefusal, type Refusal } from '../live/refusal';
import { parsePosition } from '../position';
import {
  headFrame,
  pingFrame,
  positionOf,
  roomsLog,
  subscribedOf,
  subscribeFrame,
  typingFrame,
  unsubscribeFrame,
  type Presence,
  type Received,
  type RpcError,
} from './wire';

export type LinkEvent =
  | { on: 'start' }
  | { on: 'stop' }
  | { on: 'opened' }
  | { on: 'frame'; frame: Received }
  | { on: 'closed'; code: number; reason: string }
  /** The answer to `probe`. */
  | ({ on: 'probed' } & Refusal)
  | { on: 'timer' }
  /** The user wants it now, or the network came back. */
  | { on: 'retry' }
  /** The network may have gone: look. */
  | { on: 'doubt' }
  /** The room that is on the screen; its resumption is what the state speaks of. */
  | { on: 'watch'; room: string }
  /** Follow this room from after this position, unless it is followed already. */
  | { on: 'follow'; room: string; after: string }
  | { on: 'leave'; room: string }
  | { on: 'typing'; room: string; username: string };

export type LinkAction =
  | { do: 'open' }
  | { do: 'close' }
  /** Asks over HTTP why the socket is not opened, which a browser does not tell. */
  | { do: 'probe' }
  | { do: 'send'; text: string }
  /** Sends `timer` after this time; replaces the earlier wait. */
  | { do: 'wait'; ms: number }
  | { do: 'event'; room: string; event: RoomEvent }
  | { do: 'typing'; room: string; userId?: number; username: string }
  | { do: 'presence'; presence: Presence }
  /** The server does not let this room be followed. */
  | { do: 'refused'; room: string; message: string }
  /** What the watched room missed is here: how many messages, and whether no change was left out. */
  | { do: 'resumed'; count: number; whole: boolean };

const steadyMs = 5_000;
const closedRestart = 1012;
const closedSlow = 4008;
const unauthenticated = 401;
const notFound = 404;
const protocolCloses = [1002, 1003, 1007, 1008, 1009];

interface Feed {
  /** The last position that came; a new connection goes on after it. */
  last: string;
}

type Question = { kind: 'subscribe' | 'head'; room: string } | { kind: 'ping' };

export class LinkMachine {
  state: LiveState = { kind: 'idle' };

  readonly #feeds = new Map<string, Feed>();
  readonly #asked = new Map<number, Question>();
  #nextId = 1;
  #watched = '';
  #attempt = 0;
  #refusals = 0;
  #openedAt = 0;
  #heard = false;
  #pinged = false;
  #resume: { received: number; whole: boolean; head?: string } | undefined;

  constructor(private readonly random: () => number = Math.random) {}

  get rooms(): string[] {
    return [...this.#feeds.keys()];
  }

  handle(event: LinkEvent, now: number): LinkAction[] {
    switch (event.on) {
      case 'start':
        this.#attempt = 0;
        return this.#connect(false);
      case 'stop':
        this.state = { kind: 'idle' };
        this.#feeds.clear();
        return [{ do: 'close' }];
      case 'opened':
        return this.#opened(now);
      case 'frame':
        this.#heard = true;
        return this.#frame(event.frame);
      case 'closed':
        return this.#closed(event.code, event.reason, now);
      case 'timer':
        return this.#timer(now);
      case 'probed':
        return this.#probed(event, now);
      case 'retry':
        return this.#away ? this.#connect(true) : this.#doubt();
      case 'doubt':
        return this.#doubt();
      case 'watch':
        this.#watched = event.room;
        return this.state.kind === 'catching_up' ? this.#arrived() : [];
      case 'follow':
        return this.#follow(event.room, event.after);
      case 'leave':
        return this.#leave(event.room);
      case 'typing':
        return this.#open ? [{ do: 'send', text: typingFrame(event.room, event.username) }] : [];
    }
  }

  /** Whether frames can be sent. */
  get #open(): boolean {
    return this.state.kind === 'live' || this.state.kind === 'catching_up';
  }

  /** Whether there is no connection, and none on its way. */
  get #away(): boolean {
    return this.state.kind === 'waiting' || this.state.kind === 'refused';
  }

  #connect(again: boolean): LinkAction[] {
    this.state = { kind: 'connecting', again };
    this.#asked.clear();
    this.#resume = again ? { received: 0, whole: true } : undefined;
    return [{ do: 'open' }, { do: 'wait', ms: answerTimeoutMs }];
  }

  #opened(now: number): LinkAction[] {
    this.#openedAt = now;
    this.#refusals = 0;
    const sends = [...this.#feeds].map(([room, { last }]) => this.#subscribe(room, last));
    if (this.#resume && this.#feeds.has(this.#watched)) {
      this.state = { kind: 'catching_up' };
      sends.push(this.#ask({ kind: 'head', room: this.#watched }));
    } else {
      this.#resume = undefined;
      this.state = { kind: 'live' };
    }
    return [...sends, ...this.#watchOver()];
  }

  #ask(question: Question): LinkAction {
    const id = this.#nextId++;
    this.#asked.set(id, question);
    switch (question.kind) {
      case 'ping':
        return { do: 'send', text: pingFrame(id) };
      case 'head':
        return { do: 'send', text: headFrame(id, question.room) };
      case 'subscribe':
        return { do: 'send', text: subscribeFrame(id, question.room, this.#feeds.get(question.room)?.last ?? '') };
    }
  }

  #subscribe(room: string, last: string): LinkAction {
    this.#feeds.set(room, { last });
    return this.#ask({ kind: 'subscribe', room });
  }

  #follow(room: string, after: string): LinkAction[] {
    if (this.#feeds.has(room)) return [];
    this.#feeds.set(room, { last: after });
    return this.#open ? [this.#subscribe(room, after)] : [];
  }

  #leave(room: string): LinkAction[] {
    if (!this.#feeds.delete(room) || !this.#open) return [];
    return [{ do: 'send', text: unsubscribeFrame(this.#nextId++, room) }];
  }

  #lose(loss: Loss, now: number, delayMs?: number): LinkAction[] {
    if (this.#open && now - this.#openedAt >= steadyMs) this.#attempt = 0;
    const ms = delayMs ?? backoffMs(this.#attempt++, this.random);
    this.state = { kind: 'waiting', until: now + ms, loss };
    return [{ do: 'close' }, { do: 'wait', ms }];
  }

  #closed(code: number, reason: string, now: number): LinkAction[] {
    if (!this.#open && this.state.kind !== 'connecting') return [];
    if (this.state.kind === 'connecting') return [{ do: 'probe' }, ...this.#lose('lost', now)];
    if (code === closedSession) return this.#shutOut('');
    if (code === closedSlow) return this.#lose('slow', now);
    if (code === closedRestart) {
      return this.#lose('restart', now, Math.round((askedDelayMs(reason) ?? 1000) * (1 + 0.25 * this.random())));
    }
    return this.#lose(protocolCloses.includes(code) ? 'protocol' : 'lost', now);
  }

  /** The server is there and does not want this page: it is asked ever more rarely, and the reader is told why. */
  #probed({ status, field, detail }: LinkEvent & { on: 'probed' }, now: number): LinkAction[] {
    if (this.state.kind !== 'waiting' || this.state.loss !== 'lost' || !isRefusal(status)) return [];
    const ms = refusedBackoffMs(this.#refusals++, this.random);
    this.state = { kind: 'refused', status, detail, ...(field === undefined ? {} : { field }), until: now + ms };
    return [{ do: 'wait', ms }];
  }

  /** The server wants a session, and this one has none or an ended one. Another one begins with `start`. */
  #shutOut(detail: string): LinkAction[] {
    this.state = { kind: 'refused', status: unauthenticated, detail };
    return [{ do: 'close' }];
  }

  #timer(now: number): LinkAction[] {
    if (this.state.kind === 'connecting') return this.#lose('lost', now);
    if (this.#away) return this.#connect(true);
    if (!this.#open) return [];
    if (this.#heard) return this.#watchOver();
    return this.#pinged ? this.#lose('silent', now) : this.#doubt();
  }

  /** Looks after a quiet time whether the connection is alive. */
  #watchOver(): LinkAction[] {
    this.#heard = false;
    this.#pinged = false;
    return [{ do: 'wait', ms: quietMs }];
  }

  #doubt(): LinkAction[] {
    if (!this.#open || this.#pinged) return [];
    this.#heard = false;
    this.#pinged = true;
    return [this.#ask({ kind: 'ping' }), { do: 'wait', ms: answerTimeoutMs }];
  }

  #frame(frame: Received): LinkAction[] {
    switch (frame.on) {
      case 'event':
        return this.#event(frame.room, frame.event);
      case 'typing': {
        const { room, username, userId } = frame;
        return [{ do: 'typing', room, username, ...(userId === undefined ? {} : { userId }) }];
      }
      case 'presence':
        return [{ do: 'presence', presence: frame.presence }];
      case 'answer':
        return this.#answer(frame.id, frame.result);
      case 'error':
        return this.#error(frame.id, frame.error);
      case 'other':
        return [];
    }
  }

  #answer(id: number, result: unknown): LinkAction[] {
    const question = this.#asked.get(id);
    this.#asked.delete(id);
    if (question?.kind === 'head' && this.#resume) {
      this.#resume.head = (result as { pos?: string }).pos ?? '';
      return this.#progress();
    }
    if (question?.kind !== 'subscribe') return [];
    const subscribed = subscribedOf(result);
    return subscribed ? this.#event(question.room, { subscribed }) : [];
  }

  #error(id: number, { message, data }: RpcError): LinkAction[] {
    const question = this.#asked.get(id);
    this.#asked.delete(id);
    if (data?.status === unauthenticated) return this.#shutOut(message);
    if (question?.kind === 'head') return this.#arrived();
    if (question?.kind !== 'subscribe') return [];
    const { room } = question;
    this.#feeds.delete(room);
    const told: LinkAction =
      data?.status === notFound
        ? { do: 'event', room, event: { closed: { pos: '', reason: 'requested' } } }
        : { do: 'refused', room, message };
    return room === this.#watched ? [told, ...this.#arrived()] : [told];
  }

  #event(room: string, event: RoomEvent): LinkAction[] {
    const feed = this.#feeds.get(room);
    if (!feed) return [];
    if (event.subscribed) return this.#subscribed(room, feed, event);
    const pos = positionOf(event);
    if (pos === undefined) return [];
    if (event.gap) return this.#gap(room, feed, event);
    if (!isLater(pos, feed.last)) return [];
    feed.last = pos;
    if (event.closed) this.#feeds.delete(room);
    if (room !== this.#watched || !this.#resume) return [{ do: 'event', room, event }];
    if (event.message) ++this.#resume.received;
    return [{ do: 'event', room, event }, ...this.#progress()];
  }

  #subscribed(room: string, feed: Feed, { subscribed }: RoomEvent): LinkAction[] {
    const { pos, recovered, gap } = subscribed!;
    if (gap && !recovered) return this.#gap(room, feed, { gap });
    if (feed.last === '') feed.last = pos;
    // Whoever reads the list of rooms from now on knows of every change.
    if (room === roomsLog) return [{ do: 'event', room, event: { subscribed: subscribed! } }];
    return room === this.#watched ? this.#progress() : [];
  }

  /** What is missing is read anew by the page; the stream goes on behind it. */
  #gap(room: string, feed: Feed, event: RoomEvent): LinkAction[] {
    feed.last = event.gap!.to;
    if (room === this.#watched && this.#resume) this.#resume.whole = false;
    return [{ do: 'event', room, event }, ...(room === this.#watched ? this.#progress() : [])];
  }

  #progress(): LinkAction[] {
    const head = parsePosition(this.#resume?.head ?? '');
    const last = parsePosition(this.#feeds.get(this.#watched)?.last ?? '');
    if (this.state.kind !== 'catching_up' || !head) return [];
    const left = last && last.epoch === head.epoch ? head.n - last.n : 0;
    if (left <= 0) return this.#arrived();
    this.state = { kind: 'catching_up', left };
    return [];
  }

  #arrived(): LinkAction[] {
    if (this.state.kind !== 'catching_up') return [];
    const { received, whole } = this.#resume ?? { received: 0, whole: true };
    this.#resume = undefined;
    this.state = { kind: 'live' };
    return [{ do: 'resumed', count: received, whole }];
  }
}

/** Whether `pos` is behind `last`, or of another history. */
function isLater(pos: string, last: string): boolean {
  const at = parsePosition(pos);
  const before = parsePosition(last);
  return at !== undefined && (!before || at.epoch !== before.epoch || at.n > before.n);
}
