import { isThere, upload } from '../api/attachments';
import { ApiError } from '../api/errors';
import type { Attachment } from '../api/types';
import { newNonce } from '../nonce';
import type { DraftFile } from './drafts';
import { forgetFile, keepFile, loadFile } from './file_store';

export interface Upload extends DraftFile {
  /** Absent until it has been read again after a reload, and when only the server has it. */
  file?: File | undefined;
  /** A small picture as a data address, once it is read. */
  preview?: string | undefined;
  /** How much has been sent, 0 to 1. */
  share: number;
  /** Why the server does not have it; `lost`: the file is not here any more, and has to be chosen again. */
  error?: ApiError | 'lost' | undefined;
}

const previewBytes = 5_000_000;
// What the server takes unless it is told otherwise; it names a lower limit of its own when the message comes.
export const filesAtMost = 10;

/** Whether files are dragged or pasted. Cells of a table are text with a picture. */
export function bringsFiles(data: DataTransfer | null): boolean {
  return !!data?.types.includes('Files') && !data.types.includes('text/plain');
}

/**
 * The files of one room's draft, sent ahead of the message that will name them. They stay with the draft, whichever room is on
 * the screen, and over a reload.
 */
export class Uploads {
  list: Upload[] = $state.raw([]);
  /** How many of the files given last are not here, because a message takes no more. */
  leftOut = $state(0);

  #underway = new Map<string, AbortController>();

  /** `onchange` hears what has to be remembered; `me` is who will send the message. */
  constructor(
    kept: readonly DraftFile[],
    private readonly onchange: (files: DraftFile[]) => void,
    private readonly me: () => number | undefined,
  ) {
    this.list = kept.map(({ attachment: _, ...file }) => ({ ...file, share: 0 }));
    for (const file of kept) void this.#resume(file);
  }

  // No $derived: what a component derives ends with it, and these outlive the room's pane.
  get ready(): Attachment[] {
    return this.list.flatMap(({ attachment }) => attachment ?? []);
  }

  get busy(): boolean {
    return this.list.some(({ attachment, error }) => !attachment && !error);
  }

  get failed(): boolean {
    return this.list.some(({ error }) => error !== undefined);
  }

  /** Takes as many as one message may have, the first of them. */
  add(files: Iterable<File>): void {
    const given = [...files];
    const taken = given.slice(0, filesAtMost - this.list.length);
    this.leftOut = given.length - taken.length;
    for (const file of taken) {
      const key = newNonce();
      void keepFile(key, file);
      this.#set([...this.list, { key, name: file.name, size: file.size, type: file.type, file, share: 0 }]);
      this.#begin(key, file);
    }
  }

  /** Files of a message that was not taken come back. */
  putBack(attachments: readonly Attachment[]): void {
    const userId = this.me();
    const back = attachments.map((attachment): Upload => {
      const { name, size, content_type: type } = attachment;
      return { key: newNonce(), name, size, type, attachment, userId, share: 1 };
    });
    this.#set([...this.list, ...back].slice(0, filesAtMost));
  }

  retry(key: string): void {
    const upload = this.list.find((one) => one.key === key);
    if (!upload) return;
    this.#change(key, { error: undefined, share: 0 });
    void this.#again(upload);
  }

  remove(key: string): void {
    this.#underway.get(key)?.abort();
    this.leftOut = 0;
    void forgetFile(key);
    this.#set(this.list.filter((one) => one.key !== key));
  }

  /** Another person writes now: what was sent for the one before is sent anew. */
  renew(): void {
    for (const upload of this.list) {
      if (upload.userId === this.me() || (!upload.attachment && !upload.error)) continue;
      this.#change(upload.key, { attachment: undefined, error: undefined, share: 0 });
      void this.#again(upload);
    }
  }

  /** The file only says that it is one. */
  noPicture(key: string): void {
    this.#change(key, { preview: '' });
  }

  /** What is ready goes with the message, the list is empty again. */
  take(): Attachment[] {
    const { ready } = this;
    for (const { key } of this.list) void forgetFile(key);
    this.#set([]);
    this.leftOut = 0;
    return ready;
  }

  #begin(key: string, file: File): void {
    this.#preview(key, file);
    void this.#send(key, file);
  }

  /** After a reload: the server may have it already. */
  async #resume(kept: DraftFile): Promise<void> {
    const { key, attachment } = kept;
    const file = await loadFile(key);
    if (!this.list.some((one) => one.key === key)) return;
    this.#change(key, { file });
    if (attachment && kept.userId === this.me() && (await isThere(attachment.id))) {
      if (file) this.#preview(key, file);
      return this.#change(key, { attachment, share: 1 });
    }
    await this.#again({ ...kept, file, share: 0 });
  }

  async #again({ key, file }: Upload): Promise<void> {
    const found = file ?? (await loadFile(key));
    if (found) this.#begin(key, found);
    else this.#change(key, { error: 'lost' });
  }

  async #send(key: string, file: File): Promise<void> {
    const sending = new AbortController();
    this.#underway.get(key)?.abort();
    this.#underway.set(key, sending);
    const userId = this.me();
    try {
      const onprogress = (share: number) => this.#change(key, { share });
      this.#change(key, { attachment: await upload(file, onprogress, sending.signal), userId });
    } catch (error) {
      if (!sending.signal.aborted)
        this.#change(key, { error: error instanceof ApiError ? error : new ApiError(0, {}) });
    } finally {
      if (this.#underway.get(key) === sending) this.#underway.delete(key);
    }
  }

  #preview(key: string, file: File): void {
    if (!file.type.startsWith('image/') || file.size > previewBytes) return;
    const reader = new FileReader();
    reader.onload = () => this.#change(key, { preview: String(reader.result) });
    reader.readAsDataURL(file);
  }

  #change(key: string, change: Partial<Upload>): void {
    this.#set(this.list.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  #set(list: Upload[]): void {
    const before = remembered(this.list);
    this.list = list;
    const after = remembered(list);
    if (JSON.stringify(before) !== JSON.stringify(after)) this.onchange(after);
  }
}

const remembered = (list: readonly Upload[]): DraftFile[] =>
  list.map(({ key, name, size, type, attachment, userId }) => ({ key, name, size, type, attachment, userId }));
