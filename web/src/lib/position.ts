/** One point in a room's history: `<epoch>:<n>`. */
export interface Position {
  epoch: string;
  n: number;
}

const form = /^([0-9a-z]{1,16}):(\d{1,16})$/;

/** Nothing when `text` is not a position. */
export function parsePosition(text: string): Position | undefined {
  const parts = form.exec(text);
  return parts ? { epoch: parts[1]!, n: Number(parts[2]) } : undefined;
}

export function formatPosition({ epoch, n }: Position): string {
  return `${epoch}:${n}`;
}
