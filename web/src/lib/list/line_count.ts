/** How many lines of `perLine` characters a text takes, counted up to about `most`. */
export function countLines(text: string, perLine: number, most: number): number {
  let lines = 0;
  for (let begin = 0; begin <= text.length && lines < most;) {
    const newline = text.indexOf('\n', begin);
    const end = newline < 0 ? text.length : newline;
    lines += Math.max(1, Math.ceil((end - begin) / perLine));
    begin = end + 1;
  }
  return lines;
}
