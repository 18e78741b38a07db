import type { Hit } from '../api/types';

// Cuts a text into pieces to draw: links, marked words, and the rest. Pieces put together are the text again.

export interface Segment {
  text: string;
  /** Where the piece leads. */
  href?: string;
  /** Whether it is what was searched for. */
  marked?: boolean;
}

// No address goes on behind blanks, what cannot be seen, quotation marks and the full-width marks of Chinese and Japanese, as
// nothing stands between those and the next word. Where an address has such a character, it is written with %.
const link =
  /(?<![a-z\d])https?:\/\/[^\s\p{Cc}\p{Cf}\p{Pi}\p{Pf}<>"`„‚\u3000-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u275b-\u2760]{2,2000}/giu;
// What ends an address belongs to the sentence around it: punctuation of every script, apart from what addresses end with.
const trailing = /[.,;:!?'*_|~…]|(?![\x00-\x7f])\p{P}/u;
const closing: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

export function linked(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(link)) {
    const address = withoutTrail(match[0]);
    if (!isAddress(address)) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    segments.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

const leadLength = 48;
const wordLength = 20;

/** A piece of a text in which something was found. Little stands before the first hit, so that a small card shows it. */
export function snippet({ parts, cut_before, cut_after }: Pick<Hit, 'parts' | 'cut_before' | 'cut_after'>): Segment[] {
  const first = parts.findIndex(({ hit }) => hit);
  const before = parts
    .slice(0, Math.max(0, first))
    .map(({ text }) => text)
    .join('');
  const lead = endOf(before);
  const pieces = parts
    .slice(Math.max(0, first))
    .map(({ text, hit }): Segment => (hit ? { text, marked: true } : { text }));
  const begin = `${cut_before || lead !== before ? '…' : ''}${lead}`;
  return [...(begin === '' ? [] : [{ text: begin }]), ...pieces, ...(cut_after ? [{ text: '…' }] : [])];
}

/** The last words of a text, whole ones if it has such. */
function endOf(text: string): string {
  if (text.length <= leadLength) return text;
  const end = text.slice(-leadLength).replace(/^[\udc00-\udfff]/, '');
  const blank = end.search(/\s/);
  return blank >= 0 && blank < wordLength ? end.slice(blank + 1) : end;
}

/** A bracket stays when the address itself has opened it. */
function withoutTrail(address: string): string {
  let end = address.length;
  for (; end > 0; --end) {
    const last = address[end - 1]!;
    const opening = closing[last];
    if (opening === undefined && trailing.test(last)) continue;
    if (opening !== undefined && count(address, last, end) > count(address, opening, end)) continue;
    break;
  }
  return address.slice(0, end);
}

function count(text: string, wanted: string, end: number): number {
  let found = 0;
  for (let i = 0; i < end; ++i) if (text[i] === wanted) ++found;
  return found;
}

function isAddress(text: string): boolean {
  try {
    return new URL(text).hostname !== '';
  } catch {
    return false;
  }
}
