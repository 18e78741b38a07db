// The life of one live subscription, without a socket and without a clock: events go in with the time, actions come out.
import type { Gap, Message, RoomEvent, Subscribed } from '../api/types';
import { formatPosition, parsePosition, type Position } from '../position';
import { askedDelayMs, backoffMs } from './backoff';
import { closingOf, type Closing } from './closing';
import { isRefusal, type Refusal } from './refusal';
import type { HoleRow } from './row';

/** Why the connection is not there. */
export type Loss =
  | 'lost'
  | 'slow'
  | 'restart'
  | 'silent'
  | 'protocol'
  /** The server answers, but live connections do not come through: a proxy may be in the way. */
  | 'blocked';

export type LiveState =
  | { kind: 'idle' }
  | { kind: 'connecting'; again: boolean }
  /** Subscribed again; `left` messages of the missed ones are still to come (unknown until the server has told). */
  | { kind: 'catching_up'; left?: number }
  | { kind: 'live' }
  | { kind: 'waiting'; until: number; loss: Loss }
  /** The server answers, but not with this room: trying again would not help. `until`: it is tried again then. */
  | ({ kind: 'refused'; until?: number } & Refusal)
  /** The room is not there any more. */
  | { kind: 'closed'; reason: Closing };

export type LiveEvent =
  | { on: 'start'; after: string }
  | { on: 'stop' }
  | { on: 'opened' }
  | { on: 'frame'; frame: unknown }
  | { on: 'closed'; code: number; reason: string }
  | { on: 'timer' }
  /** The user wants it now, or the network came back. */
  | { on: 'retry' }
  /** The network may have gone: look. */
  | { on: 'doubt' }
  /** Answers to `ask_head`. */
  | { on: 'head'; pos: string }
  | { on: 'head_failed'; status: number; detail: string }
  /** Answers `probe`. */
  | ({ on: 'probed' } & Refusal);

export type LiveAction =
  | { do: 'open'; after: string }
  | { do: 'close' }
  /** Sends `timer` after this time; replaces the earlier wait. */
  | { do: 'wait'; ms: number }
  /** Asks the server over HTTP for the room's newest position. */
  | { do: 'ask_head' }
  /** Asks the server over HTTP why it does not open the socket. */
  | { do: 'probe' }
  | { do: 'message'; message: Message }
  | { do: 'hole'; hole: HoleRow }
  /** The missed messages are all here: how many they were, and whether none was lost. */
  | { do: 'resumed'; count: number; whole: boolean };

/** A connection that does not answer within this time is given up. */
export const answerTimeoutMs = 10_000;
/** After so long without a frame the server is asked whether there was really nothing. */
export const quietMs = 15_000;
/** How long a message that the server has may be on its way. */
export const graceMs = 3_000;
const steadyMs = 5_000;
const slowPauseMs = 500;
/** After so many refused handshakes in a row, while the server answers otherwise, it is not by chance. */
const blockedAfter = 2;

/** The session has ended, and the server wants one. */
export const closedSession = 4001;
const closedSlow = 4008;
const closedRestart = 1012;
const protocolCloses = [1002, 1003, 1007, 1008, 1009];

export class LiveMachine {
  state: LiveState = { kind: 'idle' };
  /** Messages that came a second time and were left out. */
  duplicates = 0;

  #last: Position | undefined;
  #attempt = 0;
  #subscribedAt = 0;
  #refusedHandshakes = 0;
  #frames = 0;
  #framesChecked = 0;
  #probe: 'none' | 'asked' | { head: Position } = 'none';
  #resume: { received: number; whole: boolean } | undefined;

  constructor(private readonly random: () => number = Math.random) {}

  /** The last position received; a new connection goes on after it. */
  get last(): string {
    return this.#last ? formatPosition(this.#last) : '';
  }

  handle(event: LiveEvent, now: number): LiveAction[] {
    switch (event.on) {
      case 'start':
        this.#last = parsePosition(event.after);
        this.#attempt = 0;
        return this.#connect(false);
      case 'stop':
        this.state = { kind: 'idle' };
        return [{ do: 'close' }];
      case 'opened':
        return [];
      case 'frame':
        return this.#frame(event.frame, now);
      case 'closed':
        return this.#closed(event.code, event.reason, now);
      case 'timer':
        return this.#timer(now);
      case 'retry':
        return this.state.kind === 'waiting' || this.state.kind === 'refused' ? this.#connect(true) : this.#doubt();
      case 'doubt':
        return this.#doubt();
      case 'head':
        return this.#head(event.pos, now);
      case 'head_failed':
        return this.#headFailed(event, now);
      case 'probed':
        return this.#probed(event);
    }
  }

  #connect(again: boolean): LiveAction[] {
    this.state = { kind: 'connecting', again };
    this.#probe = 'none';
    // What came before the connection was lost once more has not been told of yet.
    this.#resume = again ? (this.#resume ?? { received: 0, whole: true }) : undefined;
    return [
      { do: 'open', after: this.last },
      { do: 'wait', ms: answerTimeoutMs },
    ];
  }

  /** Gives the connection up and waits for `delayMs`, or by the rising scale when nothing is said. */
  #lose(loss: Loss, now: number, delayMs?: number): LiveAction[] {
    const wasSteady = this.#subscribedAt > 0 && now - this.#subscribedAt >= steadyMs;
    if (this.#answered && wasSteady) this.#attempt = 0;
    const ms = delayMs ?? backoffMs(this.#attempt++, this.random);
    this.state = { kind: 'waiting', until: now + ms, loss };
    this.#probe = 'none';
    return [{ do: 'close' }, { do: 'wait', ms }];
  }

  get #answered(): boolean {
    return this.state.kind === 'live' || this.state.kind === 'catching_up';
  }

  #closed(code: number, reason: string, now: number): LiveAction[] {
    const answered = this.#answered;
    if (!answered && this.state.kind !== 'connecting') return [];
    if (code === closedSlow) return this.#lose('slow', now, Math.round(slowPauseMs * this.random()));
    if (code === closedSession) return this.#refuse({ status: 401, detail: '' });
    if (code === closedRestart) {
      const asked = askedDelayMs(reason) ?? 1000;
      return this.#lose('restart', now, Math.round(asked * (1 + 0.25 * this.random())));
    }
    if (!answered) ++this.#refusedHandshakes;
    const actions = this.#lose(protocolCloses.includes(code) ? 'protocol' : 'lost', now);
    return answered ? actions : [...actions, { do: 'probe' }];
  }

  /** When the server would take the page, the room over HTTP tells more. */
  #probed({ status, detail, field }: Refusal): LiveAction[] {
    if (this.state.kind !== 'waiting' || status === 0) return [];
    if (!isRefusal(status)) return [{ do: 'ask_head' }];
    return this.#refuse(field === undefined ? { status, detail } : { status, detail, field });
  }

  #timer(now: number): LiveAction[] {
    switch (this.state.kind) {
      case 'connecting':
        return this.#lose('lost', now);
      case 'waiting':
        return this.#connect(true);
      case 'live':
      case 'catching_up':
        return this.#check(now);
      default:
        return [];
    }
  }

  /** A dead connection looks like a quiet room. A quiet one is therefore compared with what the server has. */
  #check(now: number): LiveAction[] {
    const moving = this.#moving();
    if (this.#probe === 'none') return moving ? [{ do: 'wait', ms: quietMs }] : this.#doubt();
    if (moving) return [{ do: 'wait', ms: graceMs }];
    return this.#lose('silent', now);
  }

  /** Whether frames have come since the last look. */
  #moving(): boolean {
    const moving = this.#frames !== this.#framesChecked;
    this.#framesChecked = this.#frames;
    return moving;
  }

  #doubt(): LiveAction[] {
    if (!this.#answered || this.#probe !== 'none') return [];
    this.#probe = 'asked';
    this.#moving();
    return [{ do: 'ask_head' }, { do: 'wait', ms: answerTimeoutMs }];
  }

  #head(pos: string, now: number): LiveAction[] {
    if (this.state.kind === 'waiting' && this.#refusedHandshakes >= blockedAfter) {
      this.state = { ...this.state, loss: 'blocked' };
    }
    const head = parsePosition(pos);
    if (!head || !this.#answered) return [];
    // Another epoch is another server: this socket belongs to one that is gone.
    if (this.#last && head.epoch !== this.#last.epoch) return this.#lose('silent', now);
    if (this.#behind(head)) {
      this.#probe = { head };
      if (this.state.kind === 'catching_up') this.state = { kind: 'catching_up', left: this.#distance(head) };
      return [{ do: 'wait', ms: graceMs }];
    }
    return this.#arrived();
  }

  #headFailed({ status, detail }: Refusal, now: number): LiveAction[] {
    const asked = this.#probe === 'asked';
    if (isRefusal(status) && (asked || this.state.kind === 'waiting')) return this.#refuse({ status, detail });
    if (!asked) return [];
    // While messages flow, a failed request says nothing of the socket: ask again later.
    if (!this.#moving()) return this.#lose('silent', now);
    this.#probe = 'none';
    return [{ do: 'wait', ms: graceMs }];
  }

  #refuse(refusal: Refusal): LiveAction[] {
    if (refusal.status === 404) return this.#roomClosed('requested');
    this.state = { kind: 'refused', ...refusal };
    return [{ do: 'close' }];
  }

  #roomClosed(reason: Closing): LiveAction[] {
    this.state = { kind: 'closed', reason };
    return [{ do: 'close' }];
  }

  #frame(frame: unknown, now: number): LiveAction[] {
    ++this.#frames;
    const body = frame as RoomEvent & { pos?: string };
    if (body.subscribed) return this.#subscribed(body.subscribed, now);
    if (body.gap) return this.#gap(body.gap);
    if (body.closed) return this.#roomClosed(closingOf(body.closed));
    if (typeof body.pos === 'string') return this.#event(body.pos, frame as Message);
    const [change] = Object.values(frame as Record<string, { pos?: string }>);
    return typeof change?.pos === 'string' ? this.#event(change.pos) : [];
  }

  #subscribed({ pos, recovered, gap }: Subscribed, now: number): LiveAction[] {
    this.#subscribedAt = now;
    this.#refusedHandshakes = 0;
    this.#moving();
    const actions: LiveAction[] = [];
    if (!recovered && gap) actions.push(...this.#gap(gap));
    if (!this.#last || (!recovered && !gap)) this.#last = parsePosition(pos);
    if (!this.#resume) {
      this.state = { kind: 'live' };
      return [...actions, { do: 'wait', ms: quietMs }];
    }
    if (!recovered) this.#resume.whole = false;
    this.state = { kind: 'catching_up' };
    this.#probe = 'asked';
    return [...actions, { do: 'ask_head' }, { do: 'wait', ms: answerTimeoutMs }];
  }

  /** The server says what this subscriber will not get. */
  #gap({ from, to }: Gap): LiveAction[] {
    const end = parsePosition(to);
    if (!end) return [];
    this.#last = end;
    if (this.#resume) this.#resume.whole = false;
    return [{ do: 'hole', hole: from === undefined ? { kind: 'hole', to } : { kind: 'hole', from, to } }];
  }

  /** A new message, or another change of the room, which only takes its position. */
  #event(pos: string, message?: Message): LiveAction[] {
    const at = parsePosition(pos);
    if (!at) return [];
    const last = this.#last;
    const actions: LiveAction[] = [];
    if (last && at.epoch === last.epoch) {
      if (at.n <= last.n) {
        ++this.duplicates;
        return [];
      }
      if (at.n > last.n + 1) actions.push(this.#unannounced(last, at));
    } else if (last) {
      actions.push({ do: 'hole', hole: { kind: 'hole', to: formatPosition({ ...at, n: at.n - 1 }) } });
      if (this.#resume) this.#resume.whole = false;
    }
    this.#last = at;
    if (message) {
      if (this.#resume) ++this.#resume.received;
      actions.push({ do: 'message', message });
    }
    if (typeof this.#probe === 'object' && !this.#behind(this.#probe.head)) {
      actions.push(...this.#arrived());
    }
    return actions;
  }

  /** Positions without a gap are the server's promise; if one is missing all the same, it is shown and not hidden. */
  #unannounced(last: Position, at: Position): LiveAction {
    if (this.#resume) this.#resume.whole = false;
    const from = formatPosition({ epoch: at.epoch, n: last.n + 1 });
    return { do: 'hole', hole: { kind: 'hole', from, to: formatPosition({ epoch: at.epoch, n: at.n - 1 }) } };
  }

  /** Everything up to the head that was asked for is here. */
  #arrived(): LiveAction[] {
    const resume = this.#resume;
    this.#resume = undefined;
    this.#probe = 'none';
    this.#moving();
    this.state = { kind: 'live' };
    const quiet: LiveAction = { do: 'wait', ms: quietMs };
    return resume ? [{ do: 'resumed', count: resume.received, whole: resume.whole }, quiet] : [quiet];
  }

  #behind(head: Position): boolean {
    return this.#last !== undefined && head.n > this.#last.n;
  }

  #distance(head: Position): number {
    return this.#last ? Math.max(0, head.n - this.#last.n) : 0;
  }
}
