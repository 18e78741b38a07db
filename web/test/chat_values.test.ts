import { describe, expect, it } from 'vitest';
import type { Drafts } from '../src/lib/chat/drafts';
import { withDraft } from '../src/lib/chat/drafts';
import { changed, nextToSend, restored, retried, unsent, without, written, type Letter } from '../src/lib/chat/letters';
import { linked, snippet } from '../src/lib/chat/segments';
import { Typists } from '../src/lib/chat/typists';
import { UnreadCounts } from '../src/lib/chat/unread';
import { formatDay } from '../src/lib/format';
import { cleaned, initials, isBlank } from '../src/lib/text';

const letter = (nonce: string, more: Partial<Letter> = {}): Letter => ({
  room: 'lobby',
  message: { content: nonce, nonce },
  userId: 7,
  state: 'waiting',
  time: 0,
  attachments: [],
  ...more,
});

describe('letters', () => {
  it('leave one by one, in the order in which they were written', () => {
    let letters = written(written([], letter('a')), letter('b'));
    expect(nextToSend(letters, 'lobby')?.message.nonce).toBe('a');
    letters = changed(letters, 'a', { state: 'sending' });
    expect(nextToSend(letters, 'lobby')).toBeUndefined();
    letters = changed(letters, 'a', { state: 'sent' });
    expect(nextToSend(letters, 'lobby')?.message.nonce).toBe('b');
    expect(nextToSend(letters, 'other')).toBeUndefined();
  });

  it('are sent again with the nonce they had, when sending them could not be known to have worked', () => {
    const failed = (nonce: string, status: number, more: Partial<Letter> = {}) =>
      letter(nonce, { state: 'failed', error: { status, text: '' }, ...more });
    const letters = [
      failed('lost', 0),
      failed('refused', 403),
      failed('other', 0, { userId: 8 }),
      failed('ended', 401),
    ];
    expect(retried(letters, 7).map(({ state }) => state)).toEqual(['waiting', 'failed', 'failed', 'waiting']);
    expect(retried(letters, 9)[3]).toMatchObject({ state: 'waiting', userId: 9, message: { nonce: 'ended' } });
  });

  it('that were under way when the page was closed wait for the reader', () => {
    const back = restored(unsent([], [], [letter('a', { state: 'sending' }), letter('b', { state: 'sent' })]));
    expect(back).toMatchObject([{ state: 'failed', error: { status: -1 }, message: { nonce: 'a' } }]);
    expect(retried(back, 7)[0]?.state).toBe('failed');
  });

  it('of other tabs stay as they are stored, also those that were restored here', () => {
    const [a, b, elsewhere] = [letter('a'), letter('b'), letter('elsewhere', { state: 'failed' })];
    expect(unsent([elsewhere], [], [a])).toEqual([elsewhere, a]);
    expect(unsent([elsewhere, a], [a], [])).toEqual([elsewhere]);
    expect(unsent([elsewhere, a, b], [a, b], changed([a, b], 'a', { state: 'sent' }))).toEqual([elsewhere, b]);
    expect(unsent([b], [a, b], [a, letter('b', { state: 'sending' })])).toMatchObject([{ state: 'sending' }]);
  });

  it('go when they are in the history', () => {
    const letters = [letter('a'), letter('b')];
    expect(without(letters, new Set(['a']))).toEqual([letters[1]]);
    expect(without(letters, new Set(['x']))).toBe(letters);
  });
});

describe('drafts', () => {
  it('are kept by room, and an empty one is none', () => {
    let drafts: Drafts = withDraft({}, 'a', { text: 'one' });
    drafts = withDraft(drafts, 'b', { text: '', replyTo: 5 });
    expect(drafts).toEqual({ a: { text: 'one' }, b: { text: '', replyTo: 5 } });
    expect(withDraft(drafts, 'a', { text: '' })).toEqual({ b: { text: '', replyTo: 5 } });
  });

  it('are not more than fifty', () => {
    let drafts: Drafts = {};
    for (let i = 0; i < 80; ++i) drafts = withDraft(drafts, `room ${i}`, { text: 'x' });
    expect(Object.keys(drafts).length).toBe(50);
    expect(drafts['room 79']).toBeDefined();
    expect(drafts['room 0']).toBeUndefined();
  });
});

describe('unread', () => {
  it('adds up, and is gone once it is read', () => {
    const counts = UnreadCounts.from([
      { room: 'a', unread: 2, pos: 'k:1' },
      { room: 'b', unread: 1, pos: 'k:9' },
    ]);
    expect(counts.added('a', 3).of('a')).toBe(5);
    expect(counts.added('c', 1).total).toBe(4);
    const read = counts.read('a', 'k:7');
    expect([read.of('a'), read.cursors.get('a'), read.total]).toEqual([0, 'k:7', 1]);
    expect(counts.without('b').total).toBe(2);
    expect(counts.added('a', 0)).toBe(counts);
  });
});

describe('typists', () => {
  it('are forgotten after a while, and when their message is here', () => {
    const typists = new Typists();
    typists.heard('anna', 1000);
    typists.heard('boris', 3000);
    expect(typists.names(3500)).toEqual(['anna', 'boris']);
    typists.done('boris');
    expect(typists.names(3500)).toEqual(['anna']);
    expect(typists.names(7000)).toEqual([]);
  });
});

describe('linked', () => {
  const links = (text: string) => linked(text).flatMap(({ href }) => href ?? []);

  it.each([
    ['see https://example.com/a?b=1.', ['https://example.com/a?b=1']],
    ['(https://example.com/a_(b))', ['https://example.com/a_(b)']],
    ['http://a.example, http://b.example!', ['http://a.example', 'http://b.example']],
    ['javascript:alert(1) data:text/html,x ftp://x', []],
    ['<a href="https://example.com">', ['https://example.com']],
    ['https:// http://', []],
    ['xhttps://example.com 1http://example.com', []],
    ['http://[oops http://right.example', ['http://right.example']],
  ])('%s', (text, wanted) => {
    expect(links(text)).toEqual(wanted);
    expect(
      linked(text)
        .map((segment) => segment.text)
        .join(''),
    ).toBe(text);
  });
});

describe('the end of an address', () => {
  const cases: Record<string, string> = {
    '(see http://ex.com/t/12)': 'http://ex.com/t/12',
    '[https://ex.com/a]': 'https://ex.com/a',
    '(https://w.org/Foo_(bar))': 'https://w.org/Foo_(bar)',
    "https://k/app#/?_g=(f:!(),t:(from:now,to:now))&_a=(q:(l:k,q:''))":
      "https://k/app#/?_g=(f:!(),t:(from:now,to:now))&_a=(q:(l:k,q:''))",
    'https://ex.com...': 'https://ex.com',
    'https://ex.com/a…': 'https://ex.com/a',
    '看 https://ex.com/a。然后': 'https://ex.com/a',
    '看https://ex.com/a，这': 'https://ex.com/a',
    '（https://ex.com/a）': 'https://ex.com/a',
    '「https://ex.com/a」と': 'https://ex.com/a',
    'https://ex.com/a！': 'https://ex.com/a',
    'https://ex.com/a？': 'https://ex.com/a',
    '`https://ex.com/a`': 'https://ex.com/a',
    '«https://ex.com/a»': 'https://ex.com/a',
    '„https://ex.com/a“': 'https://ex.com/a',
    '“https://ex.com/a”.': 'https://ex.com/a',
    '‘https://ex.com/a’': 'https://ex.com/a',
    '‚https://ex.com/a‘': 'https://ex.com/a',
    '‹https://ex.com/a›': 'https://ex.com/a',
    'انظر https://ex.com/a، ثم': 'https://ex.com/a',
    'क्या https://ex.com/a।': 'https://ex.com/a',
    'https://ex.com/a\u200b': 'https://ex.com/a',
    'https://ru.wikipedia.org/wiki/Ёлка_(дерево), там': 'https://ru.wikipedia.org/wiki/Ёлка_(дерево)',
    '~~https://ex.com/a~~': 'https://ex.com/a',
    '_https://ex.com/a_': 'https://ex.com/a',
    '❝https://ex.com/a❞': 'https://ex.com/a',
    'https://ex.com/~me/': 'https://ex.com/~me/',
    'https://ex.com/a/': 'https://ex.com/a/',
    'https://ex.com/?q=a+b&c=%20#d-': 'https://ex.com/?q=a+b&c=%20#d-',
  };
  it.each(Object.entries(cases))('%s', (text, wanted) => {
    expect(linked(text).flatMap(({ href }) => href ?? [])).toEqual([wanted]);
    expect(
      linked(text)
        .map((segment) => segment.text)
        .join(''),
    ).toBe(text);
  });
});

describe('what is written', () => {
  it('is sent without what cannot be seen', () => {
    expect(cleaned('one\vtwo\r\nthree\x07\0\ttab')).toBe('one\ntwo\nthree\ttab');
    expect(cleaned('half \ud83d and whole \u{1f600}')).toBe('half \ufffd and whole \u{1f600}');
    expect(cleaned('kept \u0085 \u2028')).toBe('kept \u0085 \u2028');
  });

  it('is nothing when there is nothing to see', () => {
    for (const text of ['', ' \n\t', '\u200b', '\u00a0\u2060\ufeff', '\u202e']) expect(isBlank(text)).toBe(true);
    for (const text of ['.', '\u200bа', '\u{1f600}']) expect(isBlank(text)).toBe(false);
  });
});

describe('what was found', () => {
  const shown = (parts: [string, boolean][], before = false, after = false) =>
    snippet({ parts: parts.map(([text, hit]) => ({ text, hit })), cut_before: before, cut_after: after })
      .map(({ text, marked }) => (marked ? `[${text}]` : text))
      .join('');

  it('stands near the beginning of its card', () => {
    const long = shown([
      ['word '.repeat(45), false],
      ['needle', true],
      [' in the middle', false],
    ]);
    expect(long.indexOf('[needle]')).toBeLessThan(70);
    expect(long).toMatch(/^…word word .*\[needle\] in the middle$/);
  });

  it('is shown with all before it when that is short', () => {
    expect(
      shown(
        [
          ['a ', false],
          ['needle', true],
          [' b', false],
        ],
        true,
        true,
      ),
    ).toBe('…a [needle] b…');
    expect(shown([['needle', true]])).toBe('[needle]');
  });

  it('does not break a character', () => {
    const text = shown([
      ['\u{1f600}'.repeat(60), false],
      ['x', true],
    ]);
    expect(cleaned(text)).toBe(text);
  });
});

describe('small things', () => {
  it('initials stand for names', () => {
    expect(['Анна Каренина', 'boris', 'deploy-bot', '👍', '', '(x)'].map(initials)).toEqual([
      'АК',
      'B',
      'DB',
      '·',
      '·',
      'X',
    ]);
  });

  it('days are named as people do', () => {
    const now = new Date(2024, 4, 15, 12).getTime();
    const day = (month: number, date: number) => formatDay(new Date(2024, month, date, 23).getTime(), now, 'en');
    expect(day(4, 15)).toBe('today');
    expect(day(4, 14)).toBe('yesterday');
    expect(day(4, 13)).toBe('Monday, May 13');
    expect(day(0, 1)).toBe('Monday, January 1');
    expect(formatDay(new Date(2022, 4, 13).getTime(), now, 'ru')).toContain('2022');
  });
});
