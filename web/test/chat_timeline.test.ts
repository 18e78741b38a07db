import { describe, expect, it } from 'vitest';
import type { Message, RoomEvent } from '../src/lib/api/types';
import { RoomTimeline } from '../src/lib/chat/timeline';

const message = (n: number, more: Partial<Message> = {}): Message => ({
  id: n,
  room: 'lobby',
  pos: `k3:${n}`,
  user_id: 1,
  username: 'anna',
  content: `text ${n}`,
  created_at: new Date(Date.UTC(2024, 0, 1, 12, 0, n % 60)).toISOString(),
  ...more,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const came = (from: number, to: number): RoomEvent[] => range(from, to).map((one) => ({ message: one }));

function timeline(rows = 10_000): RoomTimeline {
  return new RoomTimeline(
    { rows, weight: 1e9 },
    () => 20,
    () => 7,
  );
}

function opened(from: number, to: number, rows?: number): RoomTimeline {
  const list = timeline(rows);
  list.reset(range(from, to), { begin: from === 1, end: true });
  return list;
}

function ids(list: RoomTimeline): number[] {
  const found: number[] = [];
  for (let i = list.rows.first; i < list.rows.end; ++i) found.push(list.rows.get(i).id);
  return found;
}

const upTo = (from: number, to: number) => range(from, to).map(({ id }) => id);

describe('the timeline of a room', () => {
  it('takes new messages in order, each once', () => {
    const list = opened(1, 3);
    expect(list.apply(came(4, 5))).toBe('appended');
    expect(list.apply(came(4, 5))).toBe('changed');
    expect(ids(list)).toEqual(upTo(1, 5));
  });

  it('puts a message that came late in its place', () => {
    const list = opened(1, 3);
    list.apply([...came(5, 6), ...came(4, 4)]);
    expect(ids(list)).toEqual(upTo(1, 6));
    expect(list.find(4)?.text).toBe('text 4');
    expect(list.indexOf(6)).toBe(list.rows.end - 1);
  });

  it('grows in front, without a row twice, and knows where the room begins', () => {
    const list = opened(10, 12);
    list.prepend(range(5, 10), false);
    expect(ids(list)).toEqual(upTo(5, 12));
    expect(list.reachesBegin).toBe(false);
    list.prepend(range(1, 4), true);
    expect(ids(list)).toEqual(upTo(1, 12));
    expect(list.reachesBegin).toBe(true);
    expect(list.find(7)?.text).toBe('text 7');
  });

  it('says when what happened does not fit what it shows', () => {
    expect(opened(1, 3).apply([{ gap: { from: 'k3:4', to: 'k3:9' } }])).toBe('stale');
    expect(opened(1, 3).apply([{ message: message(1, { pos: 'q9:1' }) }])).toBe('stale');
  });

  it('changes, deletes and reacts where it has the message, and only there', () => {
    const list = opened(1, 3);
    const edited = message(2, { content: 'new', edited_at: '2024-01-01T13:00:00Z' });
    expect(list.apply([{ edited: { pos: 'k3:4', message: edited } }])).toBe('changed');
    expect(list.find(2)).toMatchObject({ text: 'new', pos: 'k3:2', n: 2 });
    expect(list.apply([{ deleted: { pos: 'k3:5', message_id: 3 } }])).toBe('changed');
    expect(list.find(3)).toMatchObject({ text: '', deleted: true });
    expect(list.apply([{ deleted: { pos: 'k3:6', message_id: 99 } }])).toBe('nothing');
    expect(ids(list)).toEqual([1, 2, 3]);
  });

  it('counts reactions as the server does, however often it is told', () => {
    const list = opened(1, 1);
    const given = { reaction: { pos: 'k3:2', message_id: 1, emoji: '👍', user_id: 7, added: true, count: 1 } };
    list.apply([given, given]);
    expect(list.find(1)?.reactions).toEqual([{ emoji: '👍', count: 1, users: [7] }]);
    list.apply([{ reaction: { pos: 'k3:3', message_id: 1, emoji: '👍', user_id: 8, added: true, count: 2 } }]);
    expect(list.find(1)?.reactions).toEqual([{ emoji: '👍', count: 2, users: [7, 8] }]);
    list.apply([{ reaction: { pos: 'k3:4', message_id: 1, emoji: '👍', user_id: 7, added: false, count: 1 } }]);
    expect(list.find(1)?.reactions).toEqual([{ emoji: '👍', count: 1, users: [8] }]);
    list.apply([{ reaction: { pos: 'k3:5', message_id: 1, emoji: '👍', user_id: 8, added: false, count: 0 } }]);
    expect(list.find(1)?.reactions).toEqual([]);
  });

  it('never forgets that the reader reacted, however many did', () => {
    const list = opened(1, 1);
    const give = (user_id: number, count: number): RoomEvent => ({
      reaction: { pos: 'k3:2', message_id: 1, emoji: '🔥', user_id, added: true, count },
    });
    list.apply([give(7, 1)]);
    for (let user = 100; user < 300; ++user) list.apply([give(user, user - 98)]);
    const reaction = list.find(1)!.reactions[0]!;
    expect(reaction.count).toBe(201);
    expect(reaction.users).toContain(7);
    expect(reaction.users.length).toBeLessThanOrEqual(50);
  });

  it('does to a page what happened while it was on its way', () => {
    const list = opened(10, 12);
    list.beginLoad();
    list.apply([
      { deleted: { pos: 'k3:13', message_id: 5 } },
      { edited: { pos: 'k3:14', message: message(6, { content: 'newer' }) } },
      { message: message(15) },
    ]);
    list.prepend(range(5, 9), false);
    expect(list.find(5)).toMatchObject({ deleted: true, text: '' });
    expect(list.find(6)?.text).toBe('newer');
    expect(ids(list)).toEqual([...upTo(5, 12), 15]);
  });

  it('has what came while it was read anew', () => {
    const list = opened(1, 3);
    list.beginLoad();
    list.apply(came(4, 6));
    list.reset(range(2, 5), { begin: false, end: true });
    expect(ids(list)).toEqual(upTo(2, 6));
  });

  it('counts what comes while one reads above, once', () => {
    const list = opened(1, 3);
    list.hold = 'reading';
    list.apply(came(4, 6));
    list.apply(came(6, 6));
    expect(list.unseen).toBe(3);
    list.follow();
    expect(list.unseen).toBe(0);
    expect(ids(list)).toEqual(upTo(1, 6));
  });

  it('only counts while its window does not reach the end', () => {
    const list = timeline();
    list.reset(range(1, 5), { begin: true, end: false });
    list.hold = 'reading';
    expect(list.apply(came(50, 52))).toBe('nothing');
    expect(list.unseen).toBe(3);
    expect(ids(list)).toEqual(upTo(1, 5));
    list.extend(range(6, 9), false);
    list.extend(range(10, 12), true);
    list.apply(came(13, 13));
    expect(ids(list)).toEqual(upTo(1, 13));
  });

  it('stays bounded while it follows, and finds no row that is gone', () => {
    const list = opened(1, 10, 1000);
    for (let from = 11; from < 20_000; from += 500) list.apply(came(from, from + 499));
    expect(list.rows.length).toBeLessThan(1500);
    expect(list.indexOf(20)).toBeUndefined();
    expect(list.reachesBegin).toBe(false);
    const last = list.newest!;
    expect(list.find(last.id)).toBe(last);
    expect(list.apply([{ deleted: { pos: 'k3:99999', message_id: 20 } }])).toBe('nothing');
  });

  it('stays bounded while one reads, and stops at what it has', () => {
    const list = opened(1, 10, 1000);
    list.hold = 'reading';
    for (let from = 11; from < 5_000; from += 100) list.apply(came(from, from + 99));
    expect(list.rows.length).toBeLessThanOrEqual(1000);
    expect(list.reachesEnd).toBe(false);
    expect(list.unseen).toBe(5000);
    expect(list.oldest?.id).toBe(1);
  });

  it('keeps as many as the room does, and begins with a heading', () => {
    const list = opened(1, 600);
    list.apply([{ deleted: { pos: 'k3:601', message_id: 599 } }]);
    expect(list.keepLast(600)).toBe(false);
    expect(list.keepLast(3)).toBe(true);
    expect(ids(list)).toEqual([598, 599, 600]);
    expect(list.oldest?.lead).toBe('day');
    expect(list.find(597)).toBeUndefined();
    list.apply(came(601, 900));
    list.keepLast(250);
    expect(ids(list)).toEqual(upTo(651, 900));
    expect(list.rows.height).toBe(250 * 20);
  });

  it('does not know how many a room keeps of which it does not have the end', () => {
    const list = timeline();
    list.reset(range(1, 5), { begin: true, end: false });
    expect(list.keepLast(3)).toBe(false);
    expect(ids(list)).toEqual(upTo(1, 5));
  });

  it('begins a day, names an author once, and goes on without', () => {
    const list = timeline();
    const at = (n: number, time: string, user: number) =>
      message(n, { created_at: time, user_id: user, username: `u${user}` });
    list.reset(
      [
        at(1, '2024-01-01T12:00:00Z', 1),
        at(2, '2024-01-01T12:01:00Z', 1),
        at(3, '2024-01-01T12:02:00Z', 2),
        at(4, '2024-01-01T12:30:00Z', 2),
        at(5, '2024-01-03T12:30:30Z', 2),
        { ...at(6, '2024-01-03T12:30:40Z', 2), reply_to: 1 },
      ],
      { begin: true, end: true },
    );
    const leads = ids(list).map((id) => list.find(id)!.lead);
    expect(leads).toEqual(['day', 'none', 'author', 'author', 'day', 'author']);
  });

  it('takes a heading back when the message before it is loaded', () => {
    const list = opened(5, 6);
    expect(list.find(5)?.lead).toBe('day');
    list.prepend(range(3, 4), false);
    expect([3, 4, 5, 6].map((id) => list.find(id)!.lead)).toEqual(['day', 'none', 'none', 'none']);
  });
});
