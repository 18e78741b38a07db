const firstMs = 500;
const largestMs = 15_000;

/** Waiting time before the try with this number (0 is the first): doubles up to 15 s, and half of it is chance. */
export function backoffMs(attempt: number, random: () => number): number {
  const whole = Math.min(largestMs, firstMs * 2 ** Math.min(attempt, 10));
  return Math.round(whole / 2 + (whole / 2) * random());
}

const refusedFirstMs = 5_000;
const refusedLargestMs = 300_000;

/** The same after an answer that says no: from 5 s up to 5 minutes, so that nobody is asked again and again for nothing. */
export function refusedBackoffMs(attempt: number, random: () => number): number {
  const whole = Math.min(refusedLargestMs, refusedFirstMs * 2 ** Math.min(attempt, 10));
  return Math.round(whole / 2 + (whole / 2) * random());
}

/** The time a stopping server asks its clients to stay away, from its close reason "reconnect in <n> ms". */
export function askedDelayMs(reason: string): number | undefined {
  const found = /reconnect in (\d{1,6}) ?ms/.exec(reason);
  return found ? Number(found[1]) : undefined;
}
