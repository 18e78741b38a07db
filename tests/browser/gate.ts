// A TCP gate between the browser and the server: connections can be cut, refused, or left open and silent.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { server } from './support';

export class Gate {
  /** Where new connections lead. */
  target = server;
  readonly #sockets = new Set<Socket>();
  readonly #listener: Server;
  #refusing = false;
  #refusingSockets = false;

  private constructor() {
    this.#listener = createServer((inside) => this.#accept(inside));
  }

  static async open(): Promise<Gate> {
    const gate = new Gate();
    await new Promise<void>((resolve) => gate.#listener.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** Breaks every connection and refuses new ones until `restore`. */
  cut(): void {
    this.#refusing = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Breaks every connection, and each that would become a WebSocket; requests pass. */
  refuseSockets(): void {
    this.#refusingSockets = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  restore(): void {
    this.#refusing = false;
    this.#refusingSockets = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Nothing passes any more, but no connection ends: what a pulled cable looks like. */
  silence(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #accept(inside: Socket): void {
    if (this.#refusing) return void inside.resetAndDestroy();
    const { port, hostname } = new URL(this.target);
    const outside = connect(Number(port), hostname);
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (data) => {
        const opensSocket = from === inside && /^upgrade: *websocket/im.test(data.toString('latin1'));
        if (opensSocket && this.#refusingSockets) return void inside.resetAndDestroy();
        to.write(data);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
