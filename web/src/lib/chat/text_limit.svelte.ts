/**
 * How long a text may be where the room says nothing. `most` is what the server takes unless it is told otherwise, until it
 * names its own limit; only then is it certain.
 */
class TextLimit {
  most = $state(16_384);
  certain = $state(false);

  /** From the server's words about a text that was too long. */
  learn(words: string): void {
    const named = /\bcontent: .*at most (\d+) are allowed/.exec(words);
    if (!named) return;
    this.most = Number(named[1]);
    this.certain = true;
  }
}

export const textLimit = new TextLimit();
