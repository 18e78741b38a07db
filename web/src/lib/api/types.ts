// The forms of the public API that the pages use. They come from the server's own description, which `npm run contract` reads.
import type { components, operations } from './contract';

type Schemas = components['schemas'];

/** An answer with the fields that are always there although the description does not say so. */
type Answer<Name extends keyof Schemas, Always extends keyof Schemas[Name]> = Schemas[Name] &
  Required<Pick<Schemas[Name], Always>>;

/** A request as the pages send it: the server would also take numbers as strings, and null for what is not given. */
type Sent<Request> = {
  [Name in keyof Request]: number extends Request[Name] ? number : NonNullable<Request[Name]>;
};

export type Message = Answer<'Message', 'created_at'>;
export type Attachment = Schemas['Attachment'];
export type Reactions = Schemas['ReactionResponse'];
export type User = Schemas['User'];
/** `session_id` is the secret; only the answer that opens the session has it. */
export type Session = Answer<'Session', 'user' | 'created_at'>;
export type Member = Answer<'Member', 'joined_at'>;
export type Room = Answer<'Room', 'created_at'>;
export type UnreadRoom = Schemas['UnreadRoom'];
export type Stats = Answer<'Stats', 'connections' | 'commit' | 'request' | 'fanout'>;
export type Health = Schemas['Health'];
export type Version = Schemas['Version'];

export type Hit = Omit<Schemas['SearchHit'], 'message'> & { message: Message };
export type Found = Omit<Schemas['SearchMessagesResponse'], 'hits'> & { hits: Hit[] };

/** RFC 9457 with the contract's additions. Anything may be missing when a proxy in front of the server answers. */
export type Problem = Partial<Schemas['Problem']>;

type Body = Schemas['SendMessageBody'];
export type NewMessage = Sent<
  Required<Pick<Body, 'content' | 'nonce'>> & Pick<Body, 'username' | 'client_seq' | 'reply_to' | 'attachment_ids'>
>;

/** What the owner of a room decides about it. In a change, `0` and `0s` take a rule back. */
export type RoomRules = Sent<Omit<Schemas['UpdateRoomBody'], 'user_id'>>;

type MessagesQuery = NonNullable<operations['Chat_ListMessages']['parameters']['query']>;
/** The times have two forms, which the generated type does not know for strings. */
export type ListQuery = Omit<MessagesQuery, 'from' | 'to'> & { from?: string; to?: string };

export type Gap = Schemas['Gap'];
export type Subscribed = Schemas['Subscribed'];
export type ReactionChanged = Schemas['ReactionChanged'];
export type RulesChanged = Schemas['RulesChanged'];
/** A room as the list of rooms tells it: it was opened, or has other rules. */
export type RoomListed = Answer<'RoomListed', 'created_at'>;

/** One event of a live stream: exactly one of the fields is there. The description has only what stands in them. */
export interface RoomEvent {
  subscribed?: Subscribed;
  message?: Message;
  gap?: Gap;
  edited?: Omit<Schemas['MessageEdited'], 'message'> & { message: Message };
  deleted?: Schemas['MessageDeleted'];
  reaction?: ReactionChanged;
  member?: Schemas['MemberChanged'];
  rules?: RulesChanged;
  closed?: Schemas['RoomClosed'];
  /** In the list of rooms only. */
  listed?: RoomListed;
  unlisted?: Schemas['RoomUnlisted'];
}
