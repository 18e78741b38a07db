const smallestMs = 0.05;
const growth = 1.04;
const buckets = 400;

/** Durations in 400 steps of 4 %, from 0.05 ms to hours: percentiles of any number of them in constant memory. */
export class LatencyHistogram {
  #counts = new Uint32Array(buckets);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  record(ms: number): void {
    const step = Math.ceil(Math.log(Math.max(ms, smallestMs) / smallestMs) / Math.log(growth));
    const bucket = Math.min(step, buckets - 1);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    ++this.#count;
  }

  /** The duration that `share` (0..1) of all stay within, at most 4 % too large; nothing when none was recorded. */
  percentile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < buckets; ++bucket) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return smallestMs * growth ** bucket;
    }
    return undefined;
  }
}
