import type { Attachment } from '../api/types';
import { load, save } from '../storage';

/** A file that goes with a message: what is remembered of it until the message is sent. */
export interface DraftFile {
  /** Under which the file itself is kept (file_store.ts). */
  key: string;
  name: string;
  size: number;
  type: string;
  /** What the server has made of it, and for whom: nobody else can send it. */
  attachment?: Attachment | undefined;
  userId?: number | undefined;
}

/** What was being written in a room when one left it. A text never goes without the files that were chosen with it. */
export interface Draft {
  text: string;
  replyTo?: number | undefined;
  files?: DraftFile[] | undefined;
}

export type Drafts = Record<string, Draft>;

const roomsKept = 50;

/** The drafts with this one: an empty one disappears, and of many the oldest ones do. */
export function withDraft(drafts: Drafts, room: string, draft: Draft): Drafts {
  const { [room]: _, ...others } = drafts;
  if (draft.text === '' && draft.replyTo === undefined && !draft.files?.length) return others;
  const kept = Object.entries(others).slice(-(roomsKept - 1));
  return { ...Object.fromEntries(kept), [room]: draft };
}

const key = 'chat.drafts';

/** Every tab keeps drafts of its own; one that has none in a room begins with what was written there last in any. */
export class DraftBook {
  #own = load<Drafts>(key, {}, 'tab');

  of(room: string): Draft {
    return this.#own[room] ?? load<Drafts>(key, {})[room] ?? { text: '' };
  }

  /** What is not given stays as it is. */
  change(room: string, change: Partial<Draft>): void {
    const draft = { ...this.of(room), ...change };
    this.#own = withDraft(this.#own, room, draft);
    save(key, this.#own, 'tab');
    save(key, withDraft(load<Drafts>(key, {}), room, draft));
  }
}
