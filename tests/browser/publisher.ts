// Writes many messages a second over one WebSocket (RFC 6455), and throws away what comes back.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { server } from './support';

const tickMs = 5;

export class Publisher {
  sent = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(private readonly socket: Socket) {}

  static connect(room: string): Promise<Publisher> {
    const url = new URL(`/ws?room=${room}`, server);
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    return new Promise((resolve, reject) => {
      const opening = request({
        host: url.hostname,
        port: url.port,
        path: url.pathname + url.search,
        headers,
      });
      opening.on('upgrade', (_, socket) => {
        socket.on('error', () => {});
        socket.resume();
        resolve(new Publisher(socket as Socket));
      });
      opening.on('response', ({ statusCode }) => reject(new Error(`handshake refused: ${statusCode}`)));
      opening.on('error', reject);
      opening.end();
    });
  }

  /** Sends `rate` messages a second until `stop`. */
  start(rate: number, text: (seq: number) => string): void {
    const begin = performance.now();
    const first = this.sent;
    this.#timer = setInterval(() => {
      const due = first + Math.floor(((performance.now() - begin) / 1000) * rate);
      const frames: Buffer[] = [];
      while (this.sent < due) frames.push(textFrame({ text: text(++this.sent), client_seq: this.sent }));
      if (frames.length > 0) this.socket.write(Buffer.concat(frames));
    }, tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.stop();
    this.socket.destroy();
  }
}

/** One masked text frame of less than 64 KiB. A mask of zeros leaves the payload as it is. */
function textFrame(body: object): Buffer {
  const payload = Buffer.from(JSON.stringify(body));
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 6 : 8);
  head[0] = 0x81;
  head[1] = 0x80 | (short ? payload.length : 126);
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
