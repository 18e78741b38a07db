/** Says how many sends are due, so that `rate` a second are reached. What cannot be kept up for a second is let go. */
export class Pacer {
  #start: number;
  #taken = 0;

  constructor(
    private readonly rate: number,
    now: number,
  ) {
    this.#start = now;
  }

  /** Sends due at `now` (milliseconds) and not yet taken. */
  due(now: number): number {
    const owed = Math.floor(((now - this.#start) / 1000) * this.rate) - this.#taken;
    if (owed <= this.rate) return owed;
    this.#start = now - 1000;
    this.#taken = 0;
    return this.rate;
  }

  take(): void {
    ++this.#taken;
  }
}
