/** Length in Unicode code points, as the server counts: an emoji outside the basic plane is one, not two. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) ++count;
  return count;
}

/**
 * The text as the server takes it: without control characters, which come with what is pasted and cannot be seen. Those that
 * begin a new line or page elsewhere begin a new line; half a character becomes U+FFFD.
 */
export function cleaned(text: string): string {
  return text
    .replace(/\r\n?|[\v\f]/g, '\n')
    .replace(/[\0-\b\x0e-\x1f\x7f]/g, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** Whether there is nothing to see. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cc}\p{Cf}\p{Z}]/u.test(text);
}

/** The first `count` code points. */
export function firstCodePoints(text: string, count: number): string {
  let taken = 0;
  let end = 0;
  for (const point of text) {
    if (taken++ === count) break;
    end += point.length;
  }
  return text.slice(0, end);
}

/** One or two letters that stand for a name: "Anna Karenina" is AK, "anna" is A. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => firstCodePoints(word.replace(/^[^\p{L}\p{N}]+/u, ''), 1));
  return letters.join('').toLocaleUpperCase() || '·';
}
