/** What gathers in a worker until the page takes it. */
interface Gathering<T> {
  readonly empty: boolean;
  push(item: T): void;
  take(): T[];
}

const pauseMs = 16;

/** Hands what gathers over to the page once a frame; one batch is under way at a time, so a page that is busy is not buried. */
export class Handover<T> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pageIsReady = true;

  constructor(
    private readonly gathering: Gathering<T>,
    private readonly tell: (items: T[]) => void,
  ) {}

  push(item: T): void {
    this.gathering.push(item);
    this.#schedule();
  }

  /** The page has taken the last batch. */
  more(): void {
    this.#pageIsReady = true;
    this.#schedule();
  }

  /** Without waiting for the frame. */
  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#pageIsReady || this.gathering.empty) return;
    this.#pageIsReady = false;
    this.tell(this.gathering.take());
  }

  #schedule(): void {
    if (this.#timer === undefined && this.#pageIsReady && !this.gathering.empty) {
      this.#timer = setTimeout(() => this.now(), pauseMs);
    }
  }
}
