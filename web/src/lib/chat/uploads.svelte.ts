import { upload } from '../api/attachments';
import { ApiError } from '../api/errors';
import type { Attachment } from '../api/types';

export interface Upload {
  key: number;
  file: File;
  /** A small picture as a data address, once it is read. */
  preview?: string;
  /** How much has been sent, 0 to 1. */
  share: number;
  error?: ApiError;
  /** What the server made of it. */
  attachment?: Attachment;
}

const previewBytes = 5_000_000;
// What the server takes unless it is told otherwise; it names a lower limit of its own when the message comes.
export const filesAtMost = 10;

/** Whether files are dragged or pasted. Cells of a table are text with a picture. */
export function bringsFiles(data: DataTransfer | null): boolean {
  return !!data?.types.includes('Files') && !data.types.includes('text/plain');
}

/** Files that are sent ahead of the message that will name them. */
export class Uploads {
  list: Upload[] = $state.raw([]);
  readonly ready: Attachment[] = $derived(this.list.flatMap(({ attachment }) => attachment ?? []));
  readonly busy = $derived(this.list.some(({ attachment }) => attachment === undefined));
  readonly failed = $derived(this.list.some(({ error }) => error !== undefined));

  /** How many of the files given last are not here, because a message takes no more. */
  leftOut = $state(0);

  #nextKey = 1;
  #underway = new Map<number, AbortController>();

  /** Takes as many as one message may have, the first of them. */
  add(files: Iterable<File>): void {
    const given = [...files];
    const taken = given.slice(0, filesAtMost - this.list.length);
    this.leftOut = given.length - taken.length;
    for (const file of taken) {
      const key = this.#nextKey++;
      this.list = [...this.list, { key, file, share: 0 }];
      this.#begin(key, file);
    }
  }

  retry(key: number): void {
    const file = this.list.find((one) => one.key === key)?.file;
    if (!file) return;
    this.list = this.list.map((one) => (one.key === key ? { key, file, share: 0 } : one));
    this.#begin(key, file);
  }

  remove(key: number): void {
    this.#underway.get(key)?.abort();
    this.leftOut = 0;
    this.list = this.list.filter((one) => one.key !== key);
  }

  /** The file only says that it is one. */
  noPicture(key: number): void {
    this.#change(key, { preview: '' });
  }

  /** What is ready goes with the message, the list is empty again. */
  take(): Attachment[] {
    const { ready } = this;
    this.clear();
    return ready;
  }

  clear(): void {
    for (const sending of this.#underway.values()) sending.abort();
    this.list = [];
    this.leftOut = 0;
  }

  #begin(key: number, file: File): void {
    this.#preview(key, file);
    void this.#send(key, file);
  }

  async #send(key: number, file: File): Promise<void> {
    const sending = new AbortController();
    this.#underway.set(key, sending);
    try {
      const onprogress = (share: number) => this.#change(key, { share });
      this.#change(key, { attachment: await upload(file, onprogress, sending.signal) });
    } catch (error) {
      this.#change(key, { error: error instanceof ApiError ? error : new ApiError(0, {}) });
    } finally {
      this.#underway.delete(key);
    }
  }

  #preview(key: number, file: File): void {
    if (!file.type.startsWith('image/') || file.size > previewBytes) return;
    const reader = new FileReader();
    reader.onload = () => this.#change(key, { preview: String(reader.result) });
    reader.readAsDataURL(file);
  }

  #change(key: number, change: Partial<Upload>): void {
    this.list = this.list.map((one) => (one.key === key ? { ...one, ...change } : one));
  }
}
