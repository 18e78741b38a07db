import { beforeEach, describe, expect, it } from 'vitest';
import type { RoomEvent } from '../src/lib/api/types';
import { answerTimeoutMs, closedSession, quietMs } from '../src/lib/live/machine';
import { EventBatch } from '../src/lib/rpc/event_batch';
import { LinkMachine, type LinkAction, type LinkEvent } from '../src/lib/rpc/machine';
import { socketUrl } from '../src/lib/live/socket';
import { readFrame, subscribedOf } from '../src/lib/rpc/wire';

interface Sent {
  id: number;
  method: string;
  params: { room?: string; after?: string };
}

let link: LinkMachine;
let now: number;
let actions: LinkAction[];

beforeEach(() => {
  link = new LinkMachine(() => 0.5);
  now = 1_000_000;
  actions = [];
});

function hear(event: LinkEvent): LinkAction[] {
  actions = link.handle(event, now);
  return actions;
}

const sent = (from = actions): Sent[] =>
  from.flatMap((action) => (action.do === 'send' ? [JSON.parse(action.text) as Sent] : []));
const frame = (data: object) => hear({ on: 'frame', frame: readFrame(JSON.stringify({ jsonrpc: '2.0', ...data })) });
const refuse = ({ id }: Sent, status: number, message: string) =>
  frame({ id, error: { code: -32000, message, data: { status, detail: message } } });
const answer = ({ id }: Sent, result: object) => frame({ id, result });
const event = (room: string, body: object) => frame({ method: 'chat.Event', params: { room, ...body } });
const message = (room: string, n: number) => event(room, { message: { id: n, room, pos: `k3:${n}`, content: '' } });
const events = () => actions.flatMap((action) => (action.do === 'event' ? [action.event] : []));

/** A link that follows `lobby` from position 5 and watches it. */
function live(): void {
  hear({ on: 'start' });
  hear({ on: 'watch', room: 'lobby' });
  hear({ on: 'follow', room: 'lobby', after: 'k3:5' });
  const [subscribe] = sent(hear({ on: 'opened' }));
  answer(subscribe!, { room: 'lobby', pos: 'k3:5', recovered: true });
}

describe('the link of many rooms', () => {
  it('subscribes to what is followed, once it is open, and to each room once', () => {
    hear({ on: 'start' });
    expect(actions[0]).toEqual({ do: 'open' });
    expect(hear({ on: 'follow', room: 'a', after: 'k3:1' })).toEqual([]);
    hear({ on: 'opened' });
    expect(sent()).toMatchObject([{ method: 'chat.Subscribe', params: { room: 'a', after: 'k3:1' } }]);
    expect(hear({ on: 'follow', room: 'a', after: 'k3:9' })).toEqual([]);
    hear({ on: 'follow', room: 'b', after: '' });
    expect(sent()).toMatchObject([{ method: 'chat.Subscribe', params: { room: 'b' } }]);
    expect(sent()[0]!.params.after).toBeUndefined();
    hear({ on: 'leave', room: 'b' });
    expect(sent()).toMatchObject([{ method: 'chat.Unsubscribe', params: { room: 'b' } }]);
    expect(link.state.kind).toBe('live');
  });

  it('goes on after the last position of every room', () => {
    live();
    hear({ on: 'follow', room: 'team', after: 'k3:7' });
    message('lobby', 6);
    message('team', 8);
    event('lobby', { deleted: { pos: 'k3:9', message_id: 6 } });
    hear({ on: 'closed', code: 1006, reason: '' });
    expect(link.state.kind).toBe('waiting');
    hear({ on: 'timer' });
    hear({ on: 'opened' });
    expect(sent()).toMatchObject([
      { method: 'chat.Subscribe', params: { room: 'lobby', after: 'k3:9' } },
      { method: 'chat.Subscribe', params: { room: 'team', after: 'k3:8' } },
      { method: 'chat.GetRoom', params: { room: 'lobby' } },
    ]);
  });

  it('passes every change once', () => {
    live();
    expect(message('lobby', 5)).toEqual([]);
    message('lobby', 6);
    expect(events()).toHaveLength(1);
    expect(message('lobby', 6)).toEqual([]);
    event('lobby', { edited: { pos: 'k3:7', message: { id: 6, pos: 'k3:6' } } });
    expect(events()).toHaveLength(1);
    expect(event('other', { message: { id: 1, pos: 'k3:99' } })).toEqual([]);
  });

  it('says when the watched room is caught up, and with how much', () => {
    live();
    hear({ on: 'closed', code: 1006, reason: '' });
    hear({ on: 'retry' });
    const [subscribe, head] = sent(hear({ on: 'opened' }));
    expect(link.state).toEqual({ kind: 'catching_up' });
    answer(subscribe!, { room: 'lobby', pos: 'k3:5', recovered: true });
    answer(head!, { name: 'lobby', pos: 'k3:7' });
    expect(link.state).toEqual({ kind: 'catching_up', left: 2 });
    message('lobby', 6);
    message('lobby', 7);
    expect(actions).toContainEqual({ do: 'resumed', count: 2, whole: true });
    expect(link.state.kind).toBe('live');
  });

  it('says when a hole was left, and goes on behind it', () => {
    live();
    hear({ on: 'closed', code: 4008, reason: 'too slow' });
    expect(link.state).toMatchObject({ kind: 'waiting', loss: 'slow' });
    hear({ on: 'timer' });
    const [subscribe, head] = sent(hear({ on: 'opened' }));
    const gap = { from: 'k3:6', to: 'k3:500' };
    answer(subscribe!, { room: 'lobby', pos: 'k3:500', recovered: false, gap });
    expect(events()).toEqual([{ gap }]);
    answer(head!, { pos: 'k3:500' });
    expect(actions).toContainEqual({ do: 'resumed', count: 0, whole: false });
    message('lobby', 501);
    expect(events()).toHaveLength(1);
  });

  it('goes over to a new history', () => {
    live();
    event('lobby', { message: { id: 1, pos: 'q9:1' } });
    expect(events()).toHaveLength(1);
    event('lobby', { message: { id: 2, pos: 'q9:2' } });
    expect(events()).toHaveLength(1);
  });

  it('stays away as long as a stopping server asks', () => {
    live();
    hear({ on: 'closed', code: 1012, reason: 'reconnect in 4000 ms' });
    expect(link.state).toEqual({ kind: 'waiting', until: now + 4500, loss: 'restart' });
  });

  it('finds out that a quiet connection is dead', () => {
    live();
    now += quietMs;
    hear({ on: 'timer' });
    expect(sent()).toEqual([]);
    hear({ on: 'timer' });
    const [ping] = sent();
    expect(ping).toMatchObject({ method: 'ping' });
    answer(ping!, {});
    now += answerTimeoutMs;
    expect(hear({ on: 'timer' })).toEqual([{ do: 'wait', ms: quietMs }]);
    hear({ on: 'doubt' });
    now += answerTimeoutMs;
    hear({ on: 'timer' });
    expect(link.state).toMatchObject({ kind: 'waiting', loss: 'silent' });
  });

  it('tells of a room that may not be followed, and does not ask for it again', () => {
    live();
    hear({ on: 'follow', room: 'gone', after: '' });
    const [subscribe] = sent();
    refuse(subscribe!, 429, 'too many rooms');
    expect(actions).toEqual([{ do: 'refused', room: 'gone', message: 'too many rooms' }]);
    expect(link.rooms).toEqual(['lobby']);
  });

  it('tells of a room that was closed while the connection was lost', () => {
    live();
    hear({ on: 'closed', code: 1006, reason: '' });
    hear({ on: 'timer' });
    const [subscribe, head] = sent(hear({ on: 'opened' }));
    refuse(subscribe!, 404, 'no such room');
    expect(events()).toMatchObject([{ closed: { reason: 'requested' } }]);
    expect(link.state).toEqual({ kind: 'live' });
    expect(refuse(head!, 404, 'no such room')).toEqual([]);
  });

  it('follows a closed room no longer', () => {
    live();
    event('lobby', { closed: { pos: 'k3:6', reason: 'expired' } });
    expect(events()).toHaveLength(1);
    expect(link.rooms).toEqual([]);
  });

  it('waits longer from try to try', () => {
    hear({ on: 'start' });
    const waits = Array.from({ length: 8 }, () => {
      hear({ on: 'closed', code: 1006, reason: '' });
      const until = link.state.kind === 'waiting' ? link.state.until - now : 0;
      hear({ on: 'timer' });
      return until;
    });
    expect(waits).toEqual([375, 750, 1500, 3000, 6000, 11250, 11250, 11250]);
  });

  it('tells who types', () => {
    live();
    frame({ method: 'chat.Typing', params: { room: 'lobby', user_id: 2, username: 'boris' } });
    expect(actions).toEqual([{ do: 'typing', room: 'lobby', username: 'boris', userId: 2 }]);
    frame({
      method: 'chat.Presence',
      params: { room: 'lobby', user_id: 2, username: 'boris', active: true, active_users: 3 },
    });
    const user = { id: 2, username: 'boris' };
    expect(actions).toEqual([{ do: 'presence', presence: { room: 'lobby', count: 3, user, active: true } }]);
    frame({ method: 'chat.Presence', params: { room: 'lobby', active_users: 300 } });
    expect(actions).toEqual([{ do: 'presence', presence: { room: 'lobby', count: 300 } }]);
    hear({ on: 'typing', room: 'lobby', username: 'anna' });
    expect(sent()).toMatchObject([{ method: 'chat.SendTyping', params: { room: 'lobby', username: 'anna' } }]);
  });
});

describe('frames', () => {
  it.each(['', '[]', 'null', '42', '{', '{"method":"chat.Event"}', '{"method":"x","params":{"room":1}}'])(
    'that say nothing are left out: %s',
    (text) => expect(readFrame(text)).toEqual({ on: 'other' }),
  );

  it('tell where a subscription begins, in either form', () => {
    const subscribed = { room: 'a', pos: 'k3:1', recovered: true };
    expect(subscribedOf(subscribed)).toEqual(subscribed);
    expect(subscribedOf({ subscribed })).toEqual(subscribed);
    expect(subscribedOf({})).toBeUndefined();
  });

  it('go to the server that the page is from', () => {
    expect(socketUrl('https://chat.example/?room=a', '/rpc', {})).toBe('wss://chat.example/rpc');
    expect(socketUrl('http://127.0.0.1:5000/', '/rpc', { token: 'a b' })).toBe('ws://127.0.0.1:5000/rpc?token=a+b');
  });
});

describe('a batch that nobody takes', () => {
  it('stays bounded and says that something is missing', () => {
    const batch = new EventBatch(100);
    const one = (n: number): RoomEvent => ({
      message: { id: n, room: 'a', pos: `k3:${n}`, content: '', created_at: '' },
    });
    for (let n = 1; n <= 1000; ++n) batch.push(one(n));
    const taken = batch.take();
    expect(taken.length).toBeLessThanOrEqual(101);
    expect(taken[0]?.gap?.to).toBe(`k3:${1000 - taken.length + 1}`);
    expect(taken.at(-1)?.message?.id).toBe(1000);
    expect(batch.empty).toBe(true);
  });
});

describe('a server that does not want this page', () => {
  const refused = (status: number, field?: string) =>
    hear({ on: 'probed', status, detail: 'words', ...(field === undefined ? {} : { field }) });
  const closed = () => hear({ on: 'closed', code: 1006, reason: '' });

  it('is asked why when the socket is not opened, and ever more rarely', () => {
    hear({ on: 'start' });
    const pauses: number[] = [];
    for (let i = 0; i < 8; ++i) {
      expect(closed()).toContainEqual({ do: 'probe' });
      const [wait] = refused(403, 'Origin');
      expect(link.state).toMatchObject({ kind: 'refused', status: 403, field: 'Origin', detail: 'words' });
      pauses.push((wait as { ms: number }).ms);
      now += pauses.at(-1)!;
      expect(hear({ on: 'timer' })).toContainEqual({ do: 'open' });
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeGreaterThanOrEqual(2_500);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(150_000);
  });

  it('is asked at once when the reader wants it, and is live again when it takes the page', () => {
    hear({ on: 'start' });
    closed();
    refused(421, 'Host');
    expect(hear({ on: 'retry' })).toContainEqual({ do: 'open' });
    hear({ on: 'opened' });
    expect(link.state.kind).toBe('live');
    hear({ on: 'closed', code: 1006, reason: '' });
    expect(link.state).toMatchObject({ kind: 'waiting', loss: 'lost' });
  });

  it('is not meant when there is no answer, or one that says nothing of the page', () => {
    hear({ on: 'start' });
    for (const status of [0, 200, 405, 426, 429, 502]) {
      closed();
      expect(refused(status)).toEqual([]);
      expect(link.state.kind).toBe('waiting');
      hear({ on: 'timer' });
    }
  });
});

describe('a session', () => {
  const isNeeded = () => {
    expect(actions).toEqual([{ do: 'close' }]);
    expect(link.state).toMatchObject({ kind: 'refused', status: 401 });
    expect(hear({ on: 'retry' })).toContainEqual({ do: 'open' });
  };

  it('that the server wants is missing: nothing is live, and nothing asked again', () => {
    hear({ on: 'start' });
    hear({ on: 'follow', room: ':rooms', after: '' });
    const [subscribe] = sent(hear({ on: 'opened' }));
    refuse(subscribe!, 401, 'a session is needed');
    isNeeded();
  });

  it('has ended, and the server closes the connection', () => {
    live();
    hear({ on: 'closed', code: closedSession, reason: '' });
    isNeeded();
  });
});

describe('the list of rooms', () => {
  it('is followed like a room, and says where it begins', () => {
    hear({ on: 'start' });
    hear({ on: 'follow', room: ':rooms', after: '' });
    const [subscribe] = sent(hear({ on: 'opened' }));
    answer(subscribe!, { room: ':rooms', pos: 'd9:4', recovered: true });
    expect(events()).toMatchObject([{ subscribed: { pos: 'd9:4' } }]);
    event(':rooms', { listed: { pos: 'd9:5', id: 'a', name: 'team', opened: true } });
    expect(events()).toMatchObject([{ listed: { name: 'team' } }]);
    event(':rooms', { listed: { pos: 'd9:5', id: 'a', name: 'team', opened: true } });
    expect(events()).toEqual([]);
    hear({ on: 'closed', code: 1006, reason: '' });
    hear({ on: 'timer' });
    const [again] = sent(hear({ on: 'opened' }));
    expect(again!.params).toMatchObject({ room: ':rooms', after: 'd9:5' });
    answer(again!, { room: ':rooms', pos: 'e1:0', recovered: false, gap: { to: 'e1:0' } });
    expect(events()).toMatchObject([{ gap: { to: 'e1:0' } }]);
  });
});
