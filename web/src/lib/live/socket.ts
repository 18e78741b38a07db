import { parseJson } from '../api/json';

export type SocketEvent =
  { on: 'opened' } | { on: 'frame'; data: unknown } | { on: 'closed'; code: number; reason: string };

/** The present WebSocket of a worker: events of one that has been given up say nothing of it. */
export class Socket {
  #socket: WebSocket | undefined;

  constructor(private readonly hear: (event: SocketEvent) => void) {}

  open(url: string): void {
    this.close();
    const opened = new WebSocket(url);
    this.#socket = opened;
    const whenCurrent = (event: SocketEvent) => this.#socket === opened && this.hear(event);
    opened.onopen = () => whenCurrent({ on: 'opened' });
    opened.onmessage = ({ data }) => whenCurrent({ on: 'frame', data });
    opened.onclose = ({ code, reason }) => whenCurrent({ on: 'closed', code, reason });
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  close(): void {
    const old = this.#socket;
    this.#socket = undefined;
    old?.close();
  }
}

/** The address of a WebSocket of this server. */
export function socketUrl(page: string, path: string, query: Record<string, string>): string {
  const url = new URL(path, page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/** A frame as JSON; an empty object when it is none. */
export function parseFrame(data: unknown): Record<string, unknown> {
  try {
    const frame: unknown = typeof data === 'string' ? parseJson(data) : undefined;
    return typeof frame === 'object' && frame !== null ? (frame as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
