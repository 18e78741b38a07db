// Subscribers and writers over each transport, with the clients that programs in Node use: ws, eventsource, @grpc/grpc-js.
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { EventSource } from 'eventsource';
import WebSocket from 'ws';

export interface Message {
  pos: string;
  content: string;
}

export interface Address {
  url: string; // http://host:port
  grpc: string; // host:port
}

/** Follows a room. `ready` is settled when the subscription stands. */
export interface Subscriber {
  readonly messages: Message[];
  readonly ready: Promise<void>;
  close(): void;
}

export interface Writer {
  send(content: string): Promise<void>;
  close(): void;
}

type Subscribe = (address: Address, room: string, after?: string) => Subscriber;
type Write = (address: Address, room: string) => Writer;

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const googleapis = '/usr/share/gocode/src/github.com/gogo/googleapis';
const contract = grpc.loadPackageDefinition(
  loadSync('vestnik/chat/v1/chat.proto', { keepCase: true, includeDirs: [fromRoot('proto'), googleapis] }),
) as unknown as { vestnik: { chat: { v1: { Chat: grpc.ServiceClientConstructor } } } };

export function connect(address: Address): grpc.Client & Record<string, (...given: unknown[]) => unknown> {
  const { Chat } = contract.vestnik.chat.v1;
  return new Chat(address.grpc, grpc.credentials.createInsecure()) as never;
}

function query(room: string, after?: string): string {
  return new URLSearchParams({ room, ...(after === undefined ? {} : { after }) }).toString();
}

function overWebSocket(address: Address, room: string, after?: string): Subscriber {
  const socket = new WebSocket(`${address.url.replace('http', 'ws')}/ws?${query(room, after ?? '')}`);
  const messages: Message[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data: WebSocket.RawData) => {
      const frame = JSON.parse(data.toString()) as Message & { subscribed?: unknown };
      if (frame.subscribed) resolve();
      else messages.push(frame);
    });
  });
  return { messages, ready, close: () => socket.terminate() };
}

function overEventSource(address: Address, room: string, after?: string): Subscriber {
  const position = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  const source = new EventSource(`${address.url}/api/v1/rooms/${room}/events${position}`);
  const messages: Message[] = [];
  const ready = new Promise<void>((resolve) => source.addEventListener('subscribed', () => resolve()));
  source.addEventListener('message', (event) => messages.push(JSON.parse(event.data as string) as Message));
  return { messages, ready, close: () => source.close() };
}

function overGrpc(address: Address, room: string, after?: string): Subscriber {
  const client = connect(address);
  const stream = client['Subscribe']?.({ room, after }) as grpc.ClientReadableStream<{
    subscribed?: unknown;
    message?: Message;
  }>;
  const messages: Message[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    stream.on('error', reject); // after the end nobody listens any more
    stream.on('data', (event) => {
      if (event.message) messages.push(event.message);
      else resolve();
    });
  });
  return { messages, ready, close: () => (stream.cancel(), client.close()) };
}

function writeHttp(address: Address, room: string): Writer {
  const send = async (content: string): Promise<void> => {
    const response = await fetch(`${address.url}/api/v1/rooms/${room}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ content }),
    });
    if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
  };
  return { send, close: () => undefined };
}

/** Its own message that comes back is the acknowledgement. */
function writeWebSocket(address: Address, room: string): Writer {
  const socket = new WebSocket(`${address.url.replace('http', 'ws')}/ws?${query(room)}`);
  const open = new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<string, () => void>();
  socket.on('message', (data: WebSocket.RawData) => {
    const { content } = JSON.parse(data.toString()) as Message;
    waiting.get(content)?.();
  });
  const send = async (content: string): Promise<void> => {
    await open;
    const committed = new Promise<void>((resolve) => waiting.set(content, resolve));
    socket.send(JSON.stringify({ content }));
    await committed;
  };
  return { send, close: () => socket.terminate() };
}

function writeGrpc(address: Address, room: string): Writer {
  const client = connect(address);
  const send = (content: string): Promise<void> =>
    new Promise((resolve, reject) => {
      client['SendMessage']?.({ room, content }, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  return { send, close: () => client.close() };
}

export const subscribers: Record<string, Subscribe> = {
  ws: overWebSocket,
  eventsource: overEventSource,
  'grpc-js': overGrpc,
};
export const writers: Record<string, Write> = { fetch: writeHttp, ws: writeWebSocket, 'grpc-js': writeGrpc };
