// Cuts a text into pieces to draw: links, marked words, and the rest. Pieces put together are the text again.

export interface Segment {
  text: string;
  /** Where the piece leads. */
  href?: string;
  /** Whether it is what was searched for. */
  marked?: boolean;
}

const link = /\bhttps?:\/\/[^\s<>"]{2,2000}/gi;
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

/** A full stop or a bracket behind an address belongs to the sentence around it. */
function withoutTrail(address: string): string {
  let end = address.length;
  for (; end > 0; --end) {
    const last = address[end - 1]!;
    if (/[.,;:!?'"»”…*_]/.test(last)) continue;
    const opening = closing[last];
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

/** Marks the ranges [begin, end) of the text, which may overlap and stand in any order. */
export function marked(text: string, ranges: readonly (readonly [number, number])[]): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const begin = Math.max(end, from);
    if (to <= begin) continue;
    if (begin > end) segments.push({ text: text.slice(end, begin) });
    segments.push({ text: text.slice(begin, to), marked: true });
    end = to;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

const wordForm = /[\p{L}\p{N}][\p{L}\p{N}\p{M}+#.'’_-]*/gu;

/** Where the words of a query stand in a text: phrases in quotes as they are, words from their beginning on. */
export function queryRanges(text: string, query: string): [number, number][] {
  const folded = fold(text);
  const ranges: [number, number][] = [];
  const words = query.replace(/"([^"]*)"/g, (_, phrase: string) => {
    const wanted = fold(phrase.trim());
    for (let at = wanted === '' ? -1 : folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1)) {
      ranges.push([at, at + wanted.length]);
    }
    return ' ';
  });
  const wanted = words.match(wordForm)?.map((word) => fold(word)) ?? [];
  if (wanted.length === 0) return ranges;
  for (const { 0: word, index } of folded.matchAll(wordForm)) {
    if (wanted.some((one) => alike(word, one))) ranges.push([index, index + word.length]);
  }
  return ranges;
}

/** Lower case, and `ё` as `е`; the length stays. */
function fold(text: string): string {
  const lower = text.toLowerCase();
  return (lower.length === text.length ? lower : text).replaceAll('ё', 'е');
}

/** Forms of one word begin alike; the server knows more, this only marks. */
function alike(word: string, wanted: string): boolean {
  const stem = wanted.length > 4 ? wanted.slice(0, Math.max(4, wanted.length - 2)) : wanted;
  return word.startsWith(stem) && word.length <= wanted.length + 4;
}
