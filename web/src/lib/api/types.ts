// The forms of the public API that the pages use (proto/vestnik/chat/v1 and ops/v1).

export interface Message {
  id: number;
  room: string;
  pos: string;
  user_id?: number;
  username?: string;
  content: string;
  client_seq?: number;
  nonce?: string;
  created_at: string;
  reply_to?: number;
  edited_at?: string;
  deleted?: boolean;
  reactions?: Reaction[];
  attachments?: Attachment[];
}

/** One emoji on a message; `user_ids` are the first of those who gave it. */
export interface Reaction {
  emoji: string;
  count: number;
  user_ids: number[];
}

export interface Attachment {
  id: string;
  name: string;
  size: number;
  content_type: string;
}

export interface NewMessage {
  content: string;
  username?: string;
  client_seq?: number;
  nonce: string;
  reply_to?: number;
  attachment_ids?: string[];
}

export interface User {
  id: number;
  username: string;
  email?: string;
  guest?: boolean;
}

/** `session_id` is the secret; only the answer that opens the session has it. */
export interface Session {
  session_id?: string;
  user: User;
  created_at: string;
  expires_at?: string;
}

export interface Member {
  user_id: number;
  username: string;
  joined_at: string;
}

export interface Room {
  id: string;
  name: string;
  created_at: string;
  max_length?: number;
  client_seq_required?: boolean;
  message_count: number;
  pos: string;
  last_message_at?: string;
  owner_id?: number;
  owner?: string;
  message_limit?: number;
  read_only?: boolean;
  ttl?: string;
  expires_at?: string;
  active_users?: number;
}

/** What the owner of a room decides about it. In a change, `0` and `0s` take a rule back. */
export interface RoomRules {
  max_length?: number;
  message_limit?: number;
  read_only?: boolean;
  ttl?: string;
}

export interface UnreadRoom {
  room: string;
  unread: number;
  pos: string;
}

export interface Latency {
  p50_ms: number;
  p99_ms: number;
  count: number;
}

export interface Connections {
  http: number;
  websocket: number;
  sse: number;
  grpc: number;
}

export interface Stats {
  users: number;
  sessions: number;
  rooms: number;
  messages: number;
  messages_last_hour: number;
  connections: Connections;
  uptime_seconds: number;
  messages_committed: number;
  deliveries: number;
  requests: number;
  write_queue: number;
  window_bytes: number;
  commit: Latency;
  request: Latency;
  fanout: Latency;
}

export interface Component {
  name: string;
  status: string;
  latency_ms: number;
  detail?: string;
}

export interface Health {
  status: string;
  version: string;
  uptime_seconds: number;
  components: Component[];
}

export interface Version {
  version: string;
  commit: string;
  compiler: string;
}

/** RFC 9457 with the contract's additions. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  violations?: { field: string; reason: string }[];
  request_id?: string;
}

export interface Gap {
  from?: string;
  to: string;
}

export interface Subscribed {
  room: string;
  pos: string;
  recovered: boolean;
  gap?: Gap;
}

/** One event of a live stream: exactly one of the fields is there. */
export interface RoomEvent {
  subscribed?: Subscribed;
  message?: Message;
  gap?: Gap;
  edited?: { pos: string; message: Message; user_id?: number };
  deleted?: { pos: string; message_id: number; user_id?: number };
  reaction?: ReactionChange;
  member?: { pos: string; user_id?: number; username: string; joined?: boolean };
  rules?: RulesChange;
  closed?: { pos: string; reason: string; user_id?: number };
  /** In the list of rooms only. */
  listed?: RoomListed;
  unlisted?: { pos: string; id: string; name: string; reason: string };
}

/** A room as the list of rooms tells it: it was opened, or has other rules. */
export interface RoomListed {
  pos: string;
  id: string;
  name: string;
  created_at: string;
  owner_id?: number;
  max_length?: number;
  client_seq_required?: boolean;
  message_limit?: number;
  read_only?: boolean;
  expires_at?: string;
  opened?: boolean;
}

export interface ReactionChange {
  pos: string;
  message_id: number;
  emoji: string;
  user_id?: number;
  added?: boolean;
  /** How many give it now; absent is none. */
  count?: number;
}

export interface RulesChange {
  pos: string;
  user_id?: number;
  max_length?: number;
  message_limit?: number;
  read_only?: boolean;
  expires_at?: string;
}
