/** Length in Unicode code points, as the server counts: an emoji outside the basic plane is one, not two. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) ++count;
  return count;
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
