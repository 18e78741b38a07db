/** Who is writing in a room at this moment: everyone who said so within the last seconds. */
export class Typists {
  readonly #until = new Map<string, number>();

  heard(name: string, now: number, forMs = 6000): void {
    this.#until.set(name, now + forMs);
  }

  /** A message of theirs is here. */
  done(name: string): void {
    this.#until.delete(name);
  }

  names(now: number): string[] {
    for (const [name, until] of this.#until) if (until <= now) this.#until.delete(name);
    return [...this.#until.keys()];
  }

  clear(): void {
    this.#until.clear();
  }
}
