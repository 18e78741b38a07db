// The forms of the public API that the pages use. They come from the server's own description, which `npm run contract` reads.
import type { components, operations } from './contract';

type Described = components['schemas'];

/** A response as `parseJson` reads it. */
type Received<Response> = {
  [Name in keyof Response]: Name extends 'client_seq'
    ? string
    : NonNullable<Response[Name]> extends object
      ? Received<Response[Name]>
      : Response[Name];
};
type Schemas = Received<Described>;

/** A request as the pages send it: the server would also take numbers as strings, and null for what is not given. */
type Sent<Request> = {
  [Name in keyof Request]: number extends Request[Name] ? number : NonNullable<Request[Name]>;
};

export type Message = Schemas['Message'];
export type Attachment = Schemas['Attachment'];
export type Reactions = Schemas['ReactionResponse'];
export type User = Schemas['User'];
/** `session_id` is the secret; only the answer that opens the session has it. */
export type Session = Schemas['Session'];
export type Member = Schemas['Member'];
export type Room = Schemas['Room'];
export type UnreadRoom = Schemas['UnreadRoom'];
export type Stats = Schemas['Stats'];
export type Health = Schemas['Health'];
export type Version = Schemas['Version'];

export type Hit = Schemas['SearchHit'];
export type Found = Schemas['SearchMessagesResponse'];

/** RFC 9457 with the contract's additions. Anything may be missing when a proxy in front of the server answers. */
export type Problem = Partial<Schemas['Problem']>;

type Body = Described['SendMessageBody'];
export type NewMessage = Sent<
  Required<Pick<Body, 'content' | 'nonce'>> & Pick<Body, 'username' | 'client_seq' | 'reply_to' | 'attachment_ids'>
>;

/** What the owner of a room decides about it. In a change, `0` and `0s` take a rule back. */
export type RoomRules = Sent<Omit<Described['UpdateRoomBody'], 'user_id'>>;

type MessagesQuery = NonNullable<operations['Chat_ListMessages']['parameters']['query']>;
/** The times have two forms, which the generated type does not know for strings. */
export type ListQuery = Omit<MessagesQuery, 'from' | 'to'> & { from?: string; to?: string };

export type Gap = Schemas['Gap'];
export type Subscribed = Schemas['Subscribed'];
export type ReactionChanged = Schemas['ReactionChanged'];
export type RulesChanged = Schemas['RulesChanged'];
/** A room as the list of rooms tells it: it was opened, or has other rules. */
export type RoomListed = Schemas['RoomListed'];

/** One event of a live stream: exactly one of the fields is there. The description has only what stands in them. */
export interface RoomEvent {
  subscribed?: Subscribed;
  message?: Message;
  gap?: Gap;
  edited?: Schemas['MessageEdited'];
  deleted?: Schemas['MessageDeleted'];
  reaction?: ReactionChanged;
  member?: Schemas['MemberChanged'];
  rules?: RulesChanged;
  closed?: Schemas['RoomClosed'];
  /** In the list of rooms only. */
  listed?: RoomListed;
  unlisted?: Schemas['RoomUnlisted'];
}
