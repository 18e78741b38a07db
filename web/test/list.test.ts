import { describe, expect, it } from 'vitest';
import { Batch } from '../src/lib/live/batch';
import { rowHeights } from '../src/lib/live/heights';
import { holeSize, type MessageRow, type Row } from '../src/lib/live/row';
import { RowList } from '../src/lib/list/row_list';
import { Timeline } from '../src/lib/list/timeline';

const unlimited = { rows: 1e9, weight: 1e9 };
const numbers = (limits = unlimited) =>
  new RowList<number>(
    limits,
    (n) => 10 + (n % 7),
    () => 1,
  );
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function contents<T>(list: RowList<T>): T[] {
  return range(list.first, list.end).map((index) => list.get(index));
}

describe('RowList', () => {
  it('grows at both ends and keeps every index', () => {
    const list = numbers();
    for (const n of range(0, 700)) list.push(n);
    list.prepend(range(-600, 0));
    expect(contents(list)).toEqual(range(-600, 700));
    expect(list.get(650)).toBe(650);
    expect(list.get(-600)).toBe(-600);
  });

  it('finds rows by their place, as a plain sum does', () => {
    const list = numbers();
    for (const n of range(0, 600)) list.push(n);
    list.prepend(range(-300, 0));
    list.setHeight(-5, 100);
    list.setHeight(400, 1);
    let offset = 0;
    for (const index of range(list.first, list.end)) {
      expect(list.offsetOf(index)).toBe(offset);
      expect(list.indexAt(offset)).toBe(index);
      expect(list.indexAt(offset + list.heightOf(index) - 0.5)).toBe(index);
      offset += list.heightOf(index);
    }
    expect(list.height).toBe(offset);
    expect(list.indexAt(offset + 1000)).toBe(list.end - 1);
  });

  it('drops the oldest rows but keeps as many as the limit', () => {
    const list = numbers({ rows: 1000, weight: 1e9 });
    for (const n of range(0, 5000)) {
      list.push(n);
      list.trimFront();
    }
    expect(list.length).toBeGreaterThanOrEqual(1000);
    expect(list.length).toBeLessThan(1000 + 256);
    expect(list.get(list.end - 1)).toBe(4999);
    expect(list.height).toBe(contents(list).reduce((sum, n) => sum + 10 + (n % 7), 0));
  });

  it('drops by weight too', () => {
    const list = new RowList<number>(
      { rows: 1e9, weight: 1000 },
      () => 10,
      () => 10,
    );
    for (const n of range(0, 2000)) list.push(n);
    list.trimFront();
    expect(list.length).toBeLessThan(100 + 256);
    expect(list.length).toBeGreaterThanOrEqual(100);
  });

  it('gives back what it drops at the end', () => {
    const list = numbers({ rows: 300, weight: 1e9 });
    for (const n of range(0, 600)) list.push(n);
    list.prepend(range(-200, 0));
    const dropped = list.trimBack();
    expect([...contents(list), ...dropped]).toEqual(range(-200, 600));
    list.push(7);
    expect(list.get(list.end - 1)).toBe(7);
  });

  it('begins anew after it was cleared', () => {
    const list = numbers();
    for (const n of range(0, 512)) list.push(n);
    list.clear();
    expect([list.length, list.height]).toEqual([0, 0]);
    list.prepend([1, 2, 3]);
    list.push(4);
    expect(contents(list)).toEqual([1, 2, 3, 4]);
  });
});

const row = (n: number): MessageRow => ({
  kind: 'message',
  pos: `k1:${n}`,
  text: 'x',
  time: n,
  createdAt: '',
  deleted: false,
  edited: false,
  files: [],
});
const rows = (from: number, to: number) => range(from, to).map(row);
const shown = (timeline: Timeline) => contents(timeline.rows).map((item) => (item.kind === 'message' ? item.time : -1));

describe('Timeline', () => {
  const timeline = (count: number) => new Timeline({ rows: count, weight: 1e9 }, () => 20);

  it('follows within its limit', () => {
    const list = timeline(1000);
    for (let n = 0; n < 100_000; n += 100) list.append(rows(n, n + 100));
    expect(list.rows.length).toBeLessThan(1256);
    expect(shown(list).at(-1)).toBe(99_999);
  });

  it('adds below while someone reads, and drops nothing that is read', () => {
    const list = timeline(1000);
    list.append(rows(0, 500));
    list.hold = 'reading';
    list.append(rows(500, 600));
    expect(list.unseen).toBe(100);
    expect(shown(list)).toEqual(range(0, 600));
    for (let n = 600; n < 3000; n += 100) list.append(rows(n, n + 100));
    expect(shown(list)[0]).toBe(0);
    expect(list.reachesEnd).toBe(false);
    expect(list.follow()).toBe(false);
    expect(shown(list).at(-1)).toBe(2999);
  });

  it('goes on without a break when what waited was little', () => {
    const list = timeline(1000);
    list.append(rows(0, 1000));
    list.hold = 'reading';
    list.append(rows(1000, 1300));
    expect(shown(list)).toEqual(range(0, 1000));
    expect(list.follow()).toBe(true);
    const now = shown(list);
    expect(now).toEqual(range(now[0]!, 1300));
  });

  it('stands still while paused', () => {
    const list = timeline(1000);
    list.append(rows(0, 10));
    list.hold = 'paused';
    list.append(rows(10, 20));
    expect(shown(list)).toEqual(range(0, 10));
    expect(list.unseen).toBe(10);
    list.follow();
    expect(shown(list)).toEqual(range(0, 20));
  });

  it('puts the newest rows behind when older ones fill it, and brings them back', () => {
    const list = timeline(1000);
    list.append(rows(1000, 2000));
    list.hold = 'reading';
    list.prepend(rows(0, 1000));
    expect(shown(list)[0]).toBe(0);
    expect(list.rows.length).toBeLessThan(1256);
    list.append(rows(2000, 2010));
    list.follow();
    const now = shown(list);
    expect(now).toEqual(range(now[0]!, 2010));
  });

  it('knows its oldest message beyond a hole', () => {
    const list = timeline(10);
    list.append([{ kind: 'hole', to: 'k1:0' }, row(1)]);
    expect(list.oldest?.pos).toBe('k1:1');
  });
});

describe('Batch', () => {
  it('hands rows over once', () => {
    const batch = new Batch(10);
    batch.push(row(1));
    expect(batch.take()).toEqual([row(1)]);
    expect(batch.empty).toBe(true);
  });

  it('says what it had to skip', () => {
    const batch = new Batch(10);
    for (const item of rows(1, 101)) batch.push(item);
    const taken: Row[] = batch.take();
    const hole = taken[0]!;
    expect(hole).toMatchObject({ kind: 'hole', from: 'k1:1' });
    const size = hole.kind === 'hole' ? holeSize(hole) : 0;
    expect(size! + taken.length - 1).toBe(100);
    expect(taken.length).toBeLessThanOrEqual(11);
  });
});

describe('heights', () => {
  it('grow with the text up to six lines', () => {
    const heightOf = rowHeights(1200, 1);
    const of = (text: string) => heightOf({ ...row(1), text });
    expect(of('ok')).toBe(28);
    expect(of('one\ntwo')).toBe(48);
    expect(of('x'.repeat(60_000))).toBe(128);
  });

  it('leave room for files', () => {
    const file = { id: 'a', name: 'a.txt', size: 1, content_type: 'text/plain' };
    expect(rowHeights(1200, 1)({ ...row(1), text: '', files: [file, file] })).toBe(48);
  });

  it('follow the text size of the browser', () => {
    const large = rowHeights(1200, 1.25);
    expect(large({ ...row(1), text: 'ok' })).toBe(35);
    const breaks = { ...row(1), text: 'x'.repeat(110) };
    expect(rowHeights(1200, 1)(breaks)).toBe(28);
    expect(large(breaks)).toBe(60);
  });
});
