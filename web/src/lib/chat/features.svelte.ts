import { offers } from '../api/client';

/** What this server offers beyond the messages themselves; what it does not know is not shown. */
class Features {
  search = $state(false);
  attachments = $state(false);
  #asked = false;

  async ask(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    try {
      [this.search, this.attachments] = await Promise.all([offers('/api/v1/search'), offers('/api/v1/attachments')]);
    } catch {
      this.#asked = false;
    }
  }
}

export const features = new Features();
