import type { Attachment, Message } from '../api/types';
import { parsePosition } from '../position';

/** A message as the lists show it. */
export interface MessageRow {
  kind: 'message';
  pos: string;
  text: string;
  author?: string;
  authorId?: number;
  /** The author's own number: 64 bits, in digits. */
  seq?: string;
  /** Server time: milliseconds since 1970, and the server's own words. */
  time: number;
  createdAt: string;
  deleted: boolean;
  edited: boolean;
  files: Attachment[];
}

/** A range of positions that this viewer did not get. Without `from` the room's history began anew. */
export interface HoleRow {
  kind: 'hole';
  from?: string;
  to: string;
}

export type Row = MessageRow | HoleRow;

export function messageRow(message: Message): MessageRow {
  const row: MessageRow = {
    kind: 'message',
    pos: message.pos,
    text: message.content ?? '',
    time: Date.parse(message.created_at),
    createdAt: message.created_at,
    deleted: message.deleted ?? false,
    edited: message.edited_at !== undefined,
    files: message.attachments ?? [],
  };
  if (message.user_id !== undefined) row.authorId = message.user_id;
  if (message.username !== undefined) row.author = message.username;
  else if (message.user_id !== undefined) row.author = `#${message.user_id}`;
  if (message.client_seq !== undefined) row.seq = message.client_seq;
  return row;
}

/** How many messages a hole hides; unknown when the history began anew. */
export function holeSize(hole: HoleRow): number | undefined {
  const from = hole.from === undefined ? undefined : parsePosition(hole.from);
  const to = parsePosition(hole.to);
  return from && to && from.epoch === to.epoch ? Math.max(0, to.n - from.n + 1) : undefined;
}
