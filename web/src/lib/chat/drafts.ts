import { load, save } from '../storage';

/** What was being written in a room when one left it. */
export interface Draft {
  text: string;
  replyTo?: number;
}

export type Drafts = Record<string, Draft>;

const roomsKept = 50;

/** The drafts with this one: an empty one disappears, and of many the oldest ones do. */
export function withDraft(drafts: Drafts, room: string, draft: Draft): Drafts {
  const { [room]: _, ...others } = drafts;
  if (draft.text === '' && draft.replyTo === undefined) return others;
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

  save(room: string, draft: Draft): void {
    this.#own = withDraft(this.#own, room, draft);
    save(key, this.#own, 'tab');
    save(key, withDraft(load<Drafts>(key, {}), room, draft));
  }
}
