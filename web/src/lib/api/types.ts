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
}

export interface NewMessage {
  content: string;
  username?: string;
  client_seq?: number;
  nonce: string;
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
