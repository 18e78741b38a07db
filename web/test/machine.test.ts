import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../src/lib/api/types';
import {
  answerTimeoutMs,
  closedSession,
  LiveMachine,
  quietMs,
  type LiveAction,
  type LiveEvent,
} from '../src/lib/live/machine';

let machine: LiveMachine;
let now: number;

const message = (pos: string): Message => ({
  id: 1,
  room: 'stream',
  pos,
  content: 'x',
  created_at: '2024-01-01T12:00:00Z',
});
const send = (event: LiveEvent): LiveAction[] => machine.handle(event, now);
const frame = (body: unknown): LiveAction[] => send({ on: 'frame', frame: body });
const arrive = (pos: string): LiveAction[] => frame(message(pos));
const kinds = (actions: LiveAction[]): string[] => actions.map((action) => action.do);

function becomeLive(after: string): void {
  send({ on: 'start', after });
  send({ on: 'opened' });
  frame({ subscribed: { room: 'stream', pos: after, recovered: true } });
}

beforeEach(() => {
  machine = new LiveMachine(() => 1);
  now = 1_000_000;
});

describe('a first connection', () => {
  it('opens after the given position and is live once subscribed', () => {
    expect(send({ on: 'start', after: 'k1:5' })).toContainEqual({ do: 'open', after: 'k1:5' });
    expect(machine.state).toEqual({ kind: 'connecting', again: false });
    frame({ subscribed: { room: 'stream', pos: 'k1:5', recovered: true } });
    expect(machine.state).toEqual({ kind: 'live' });
  });

  it('takes the position from the server when it gave none', () => {
    send({ on: 'start', after: '' });
    frame({ subscribed: { room: 'stream', pos: 'k1:7', recovered: true } });
    expect(machine.last).toBe('k1:7');
  });

  it('is given up when the server does not answer', () => {
    expect(send({ on: 'start', after: 'k1:5' })).toContainEqual({ do: 'wait', ms: answerTimeoutMs });
    expect(kinds(send({ on: 'timer' }))).toEqual(['close', 'wait']);
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'lost' });
  });

  it('says why the server refuses the page, or else the room', () => {
    send({ on: 'start', after: '' });
    expect(kinds(send({ on: 'closed', code: 1006, reason: '' }))).toContain('probe');
    send({ on: 'probed', status: 403, detail: 'of another origin', field: 'Origin' });
    expect(machine.state).toEqual({ kind: 'refused', status: 403, detail: 'of another origin', field: 'Origin' });
    expect(kinds(send({ on: 'retry' }))).toContain('open');
    send({ on: 'closed', code: 1006, reason: '' });
    expect(kinds(send({ on: 'probed', status: 405, detail: '' }))).toEqual(['ask_head']);
    send({ on: 'head_failed', status: 403, detail: 'not for you' });
    expect(machine.state).toEqual({ kind: 'refused', status: 403, detail: 'not for you' });
  });

  it('asks for nothing more when the server is not there', () => {
    send({ on: 'start', after: '' });
    send({ on: 'closed', code: 1006, reason: '' });
    expect(send({ on: 'probed', status: 0, detail: '' })).toEqual([]);
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'lost' });
  });
});

describe('a room that is closed', () => {
  const isOver = (reason: string) => {
    expect(machine.state).toEqual({ kind: 'closed', reason });
    for (const on of ['timer', 'retry', 'doubt'] as const) expect(send({ on })).toEqual([]);
    expect(send({ on: 'closed', code: 1000, reason: 'the room was closed' })).toEqual([]);
  };

  it('ends the subscription at once', () => {
    becomeLive('k1:5');
    expect(kinds(frame({ closed: { pos: 'k1:6', reason: 'expired' } }))).toEqual(['close']);
    isOver('expired');
  });

  it('is found out after the connection was lost, or when the room is quiet', () => {
    becomeLive('k1:5');
    send({ on: 'closed', code: 1006, reason: '' });
    send({ on: 'timer' });
    send({ on: 'closed', code: 1006, reason: '' });
    send({ on: 'probed', status: 405, detail: '' });
    send({ on: 'head_failed', status: 404, detail: 'no such room' });
    isOver('requested');
    becomeLive('k1:5');
    send({ on: 'doubt' });
    send({ on: 'head_failed', status: 404, detail: 'no such room' });
    isOver('requested');
  });
});

describe('a connection that does not come through', () => {
  const refuse = () => {
    send({ on: 'closed', code: 1006, reason: '' });
    send({ on: 'head', pos: 'k1:5' });
  };

  it('is told from a server that is away', () => {
    send({ on: 'start', after: 'k1:5' });
    refuse();
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'lost' });
    send({ on: 'timer' });
    refuse();
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'blocked' });
  });

  it('is not spoken of once one has come through', () => {
    send({ on: 'start', after: 'k1:5' });
    refuse();
    send({ on: 'timer' });
    frame({ subscribed: { room: 'stream', pos: 'k1:5', recovered: true } });
    send({ on: 'closed', code: 1006, reason: '' });
    send({ on: 'timer' });
    refuse();
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'lost' });
  });
});

describe('the end of the session', () => {
  it('is a refusal that is not tried again by itself', () => {
    becomeLive('k1:5');
    expect(kinds(send({ on: 'closed', code: closedSession, reason: '' }))).toEqual(['close']);
    expect(machine.state).toEqual({ kind: 'refused', status: 401, detail: '' });
    expect(send({ on: 'timer' })).toEqual([]);
  });

  it('is noticed when the server keeps the connection', () => {
    becomeLive('k1:5');
    send({ on: 'doubt' });
    send({ on: 'head_failed', status: 401, detail: 'no such session' });
    expect(machine.state).toMatchObject({ kind: 'refused', status: 401 });
  });
});

describe('continuity', () => {
  beforeEach(() => becomeLive('k1:5'));

  it('passes on messages in order', () => {
    expect(kinds(arrive('k1:6'))).toEqual(['message']);
    expect(kinds(arrive('k1:7'))).toEqual(['message']);
    expect(machine.last).toBe('k1:7');
  });

  it('leaves out what came before', () => {
    arrive('k1:6');
    expect(arrive('k1:6')).toEqual([]);
    expect(arrive('k1:4')).toEqual([]);
    expect(machine.duplicates).toBe(2);
  });

  it('shows a missing position as a hole', () => {
    expect(arrive('k1:9')).toEqual([
      { do: 'hole', hole: { kind: 'hole', from: 'k1:6', to: 'k1:8' } },
      { do: 'message', message: message('k1:9') },
    ]);
  });

  it('shows a gap that the server announces once', () => {
    expect(frame({ gap: { from: 'k1:6', to: 'k1:90' } })).toEqual([
      { do: 'hole', hole: { kind: 'hole', from: 'k1:6', to: 'k1:90' } },
    ]);
    expect(kinds(arrive('k1:91'))).toEqual(['message']);
  });

  it('shows a new history as a hole without a beginning', () => {
    expect(arrive('k2:1')[0]).toEqual({ do: 'hole', hole: { kind: 'hole', to: 'k2:0' } });
  });

  it('ignores frames it does not know', () => {
    expect(frame({ error: { status: 400 } })).toEqual([]);
    expect(frame({ pos: 'nonsense' })).toEqual([]);
  });
});

describe('a broken connection', () => {
  beforeEach(() => becomeLive('k1:5'));

  function reconnect(recovered: boolean, extra: object = {}): LiveAction[] {
    send({ on: 'timer' });
    return frame({ subscribed: { room: 'stream', pos: machine.last, recovered, ...extra } });
  }

  it('comes back after the last position and counts what it caught up', () => {
    arrive('k1:6');
    send({ on: 'closed', code: 1006, reason: '' });
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'lost', until: now + 500 });
    expect(send({ on: 'timer' })).toContainEqual({ do: 'open', after: 'k1:6' });
    expect(kinds(frame({ subscribed: { room: 'stream', pos: 'k1:6', recovered: true } }))).toContain('ask_head');
    expect(machine.state.kind).toBe('catching_up');
    arrive('k1:7');
    send({ on: 'head', pos: 'k1:9' });
    expect(machine.state).toEqual({ kind: 'catching_up', left: 2 });
    arrive('k1:8');
    expect(arrive('k1:9')).toContainEqual({ do: 'resumed', count: 3, whole: true });
    expect(machine.state.kind).toBe('live');
  });

  it('counts what came before it was lost once more', () => {
    send({ on: 'closed', code: 1006, reason: '' });
    reconnect(true);
    arrive('k1:6');
    send({ on: 'head_failed', status: 0, detail: '' });
    send({ on: 'timer' });
    expect(kinds(send({ on: 'head_failed', status: 0, detail: '' }))).toEqual(['close', 'wait']);
    reconnect(true);
    expect(send({ on: 'head', pos: 'k1:6' })).toContainEqual({ do: 'resumed', count: 1, whole: true });
  });

  it('says that nothing was missed', () => {
    send({ on: 'closed', code: 1006, reason: '' });
    reconnect(true);
    expect(send({ on: 'head', pos: 'k1:5' })).toContainEqual({ do: 'resumed', count: 0, whole: true });
  });

  it('shows the hole when it cannot be resumed', () => {
    send({ on: 'closed', code: 1006, reason: '' });
    const actions = reconnect(false, { gap: { from: 'k1:6', to: 'k1:40' } });
    expect(actions).toContainEqual({ do: 'hole', hole: { kind: 'hole', from: 'k1:6', to: 'k1:40' } });
    expect(kinds(arrive('k1:41'))).toEqual(['message']);
    expect(send({ on: 'head', pos: 'k1:41' })).toContainEqual({ do: 'resumed', count: 1, whole: false });
  });

  it('shows a history that began anew', () => {
    send({ on: 'closed', code: 1006, reason: '' });
    expect(reconnect(false, { gap: { to: 'k2:0' } })).toContainEqual({
      do: 'hole',
      hole: { kind: 'hole', to: 'k2:0' },
    });
    expect(kinds(arrive('k2:1'))).toEqual(['message']);
  });

  it('waits longer from one failure to the next, and less again after a steady time', () => {
    const waits: number[] = [];
    for (let i = 0; i < 7; ++i) {
      send({ on: 'closed', code: 1006, reason: '' });
      waits.push(machine.state.kind === 'waiting' ? machine.state.until - now : -1);
      send({ on: 'timer' });
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000]);
    frame({ subscribed: { room: 'stream', pos: 'k1:5', recovered: true } });
    now += 60_000;
    send({ on: 'closed', code: 1006, reason: '' });
    expect(machine.state).toMatchObject({ until: now + 500 });
  });

  it('returns soon when it was too slow', () => {
    send({ on: 'closed', code: 4008, reason: 'too slow' });
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'slow', until: now + 500 });
  });

  it('stays away as long as a stopping server asks', () => {
    send({ on: 'closed', code: 1012, reason: 'reconnect in 2000 ms' });
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'restart', until: now + 2500 });
  });

  it('tries at once when the user wants it', () => {
    send({ on: 'closed', code: 1006, reason: '' });
    expect(kinds(send({ on: 'retry' }))).toContain('open');
  });

  it('ends for good when it is stopped', () => {
    expect(kinds(send({ on: 'stop' }))).toEqual(['close']);
    expect(send({ on: 'closed', code: 1000, reason: '' })).toEqual([]);
    expect(machine.state).toEqual({ kind: 'idle' });
  });
});

describe('a quiet connection', () => {
  beforeEach(() => becomeLive('k1:5'));

  it('asks the server whether there was really nothing', () => {
    expect(kinds(send({ on: 'timer' }))).toContain('ask_head');
    expect(send({ on: 'head', pos: 'k1:5' })).toEqual([{ do: 'wait', ms: quietMs }]);
    expect(machine.state.kind).toBe('live');
  });

  it('does not ask while messages come', () => {
    arrive('k1:6');
    expect(send({ on: 'timer' })).toEqual([{ do: 'wait', ms: quietMs }]);
  });

  it('is given up when the server has more and it does not come', () => {
    send({ on: 'timer' });
    send({ on: 'head', pos: 'k1:8' });
    expect(machine.state.kind).toBe('live');
    send({ on: 'timer' });
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'silent' });
  });

  it('is kept when the rest does come', () => {
    send({ on: 'timer' });
    send({ on: 'head', pos: 'k1:6' });
    expect(kinds(arrive('k1:6'))).toEqual(['message', 'wait']);
    expect(machine.state.kind).toBe('live');
  });

  it('is given up when the server is not reached', () => {
    send({ on: 'doubt' });
    send({ on: 'head_failed', status: 0, detail: '' });
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'silent' });
  });

  it('is kept while messages come, whatever HTTP says', () => {
    send({ on: 'doubt' });
    arrive('k1:6');
    send({ on: 'head_failed', status: 0, detail: '' });
    expect(machine.state.kind).toBe('live');
  });

  it('is given up when the server has another history', () => {
    send({ on: 'doubt' });
    send({ on: 'head', pos: 'k2:3' });
    expect(machine.state).toMatchObject({ kind: 'waiting', loss: 'silent' });
  });
});
