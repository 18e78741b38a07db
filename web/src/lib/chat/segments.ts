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
