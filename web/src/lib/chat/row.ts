// A message as the chat shows it, and what changes make of it. Rows are never changed in place: a change makes a new one.
import type { Attachment, Message, ReactionChanged } from '../api/types';
import { parsePosition } from '../position';

export interface ChatReaction {
  emoji: string;
  count: number;
  /** Some of those who gave it; the reader is always among them if it was they. */
  users: number[];
}

/** What stands above a message: the day it begins, its author, or nothing when it goes on from the one before. */
export type Lead = 'day' | 'author' | 'none';

export interface ChatRow {
  id: number;
  pos: string;
  epoch: string;
  /** Number within the epoch; rows are in this order. */
  n: number;
  authorId?: number;
  author?: string;
  text: string;
  /** Server time in milliseconds since 1970, and the server's own words. */
  time: number;
  createdAt: string;
  editedAt?: number;
  deleted: boolean;
  nonce?: string;
  replyTo?: number;
  reactions: ChatReaction[];
  attachments: Attachment[];
  lead: Lead;
}

/** Who went on within this time needs no new heading. */
const groupMs = 5 * 60_000;
const usersKept = 50;

/** Nothing when the message has no readable position. */
export function chatRow(message: Message): ChatRow | undefined {
  const at = parsePosition(message.pos);
  if (!at) return undefined;
  const row: ChatRow = {
    id: message.id,
    pos: message.pos,
    epoch: at.epoch,
    n: at.n,
    text: message.content ?? '',
    time: Date.parse(message.created_at),
    createdAt: message.created_at,
    deleted: message.deleted ?? false,
    reactions: (message.reactions ?? []).map(({ emoji, count, user_ids }) => ({ emoji, count, users: user_ids ?? [] })),
    attachments: message.attachments ?? [],
    lead: 'author',
  };
  if (message.user_id !== undefined) row.authorId = message.user_id;
  if (message.username !== undefined) row.author = message.username;
  if (message.edited_at !== undefined) row.editedAt = Date.parse(message.edited_at);
  if (message.nonce !== undefined) row.nonce = message.nonce;
  if (message.reply_to !== undefined) row.replyTo = message.reply_to;
  return row;
}

export function edited(row: ChatRow, message: Message): ChatRow {
  const next = chatRow(message);
  return next ? { ...next, lead: row.lead } : row;
}

/** A tombstone: that there was a message stays, its text does not. */
export function deleted(row: ChatRow): ChatRow {
  return { ...row, text: '', deleted: true, reactions: [], attachments: [] };
}

/** The count comes from the server, so the same change twice does no harm. `me` is never forgotten among the users. */
export function reacted(row: ChatRow, change: ReactionChanged, me: number | undefined): ChatRow {
  if (row.deleted) return row;
  const { emoji, user_id: user, added, count } = change;
  const before = row.reactions.find((reaction) => reaction.emoji === emoji);
  if (count === 0) return { ...row, reactions: row.reactions.filter((reaction) => reaction.emoji !== emoji) };
  let users = (before?.users ?? []).filter((known) => known !== user);
  if (added && user !== undefined) users = user === me ? [user, ...users] : [...users, user];
  users = users.slice(0, usersKept);
  const after: ChatReaction = { emoji, count, users };
  return {
    ...row,
    reactions: before ? row.reactions.map((one) => (one === before ? after : one)) : [...row.reactions, after],
  };
}

/** What has to stand above `row` when it follows `before`. */
export function leadOf(row: ChatRow, before: ChatRow | undefined): Lead {
  if (!before || !sameDay(before.time, row.time)) return 'day';
  const goesOn =
    before.authorId === row.authorId &&
    before.author === row.author &&
    !before.deleted &&
    row.replyTo === undefined &&
    row.time - before.time < groupMs;
  return goesOn ? 'none' : 'author';
}

function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** The name of an author for people: the name, or the number, or nothing. */
export function authorName({ author, authorId }: Pick<ChatRow, 'author' | 'authorId'>): string | undefined {
  return author ?? (authorId === undefined ? undefined : `#${authorId}`);
}
