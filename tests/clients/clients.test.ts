// What a program in Node sees, with the clients of others: one order on all transports, and resumes without a hole.
import { afterEach, expect, test } from 'vitest';
import type { ServiceError } from '@grpc/grpc-js';
import { inFolder, OwnServer } from '../browser/own_server';
import { until } from '../browser/support';
import { connect, subscribers, writers, type Address, type Subscriber, type Writer } from './transports';

const open: { close(): void }[] = [];

function keep<T extends { close(): void }>(one: T): T {
  open.push(one);
  return one;
}

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function newRoom(address: Address, name: string): Promise<string> {
  const response = await fetch(`${address.url}/api/v1/rooms`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  expect(response.status).toBe(201);
  return name;
}

async function follow(address: Address, room: string, after?: string): Promise<[string, Subscriber][]> {
  const all = Object.entries(subscribers).map(([name, subscribe]): [string, Subscriber] => [
    name,
    keep(subscribe(address, room, after)),
  ]);
  await Promise.all(all.map(([, subscriber]) => subscriber.ready));
  return all;
}

/** Every writer sends its own numbers, one after the other, all writers at the same time. */
async function writeAll(address: Address, room: string, label: string, each: number): Promise<void> {
  const all = Object.entries(writers).map(([name, write]): [string, Writer] => [name, keep(write(address, room))]);
  await Promise.all(
    all.map(async ([name, writer]) => {
      for (let i = 0; i < each; ++i) await writer.send(`${label} ${name} ${i}`);
    }),
  );
}

const numbersOf = (subscriber: Subscriber): number[] => subscriber.messages.map(({ pos }) => Number(pos.split(':')[1]));

async function expectSame(all: [string, Subscriber][], first: number, last: number): Promise<void> {
  const count = last - first + 1;
  await until(() => Promise.resolve(all.every(([, subscriber]) => subscriber.messages.length >= count)));
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  for (const [name, subscriber] of all) {
    expect(numbersOf(subscriber), name).toEqual(numbers);
    expect(
      subscriber.messages.map(({ content }) => content),
      name,
    ).toEqual(all[0]?.[1].messages.map(({ content }) => content));
  }
}

test('all transports show all messages once, in one order', async () => {
  await inFolder(async (folder) => {
    const server = await OwnServer.start(folder, `sqlite:${folder}/vestnik.db`);
    try {
      const room = await newRoom(server, 'order');
      const all = await follow(server, room);
      await writeAll(server, room, 'one', 100);
      await expectSame(all, 1, 300);
    } finally {
      await server.end('SIGTERM');
    }
  });
});

test('after kill -9 and a restart they resume where they were', async () => {
  await inFolder(async (folder) => {
    const store = `sqlite:${folder}/vestnik.db`;
    const killed = await OwnServer.start(folder, store);
    const room = await newRoom(killed, 'resume');
    await writeAll(killed, room, 'before', 20);
    const history = await fetch(`${killed.url}/api/v1/rooms/${room}/messages?order=asc&limit=500`);
    const written = (await history.json()) as { pos: string; content: string }[];
    expect(written).toHaveLength(60);
    await killed.end('SIGKILL');

    const server = await OwnServer.start(folder, store);
    try {
      const all = await follow(server, room, written[9]?.pos);
      await writeAll(server, room, 'after', 20);
      await expectSame(all, 11, 120);
      const repeated = all[0]?.[1].messages.slice(0, 50).map(({ content }) => content);
      expect(repeated).toEqual(written.slice(10).map(({ content }) => content));
    } finally {
      await server.end('SIGTERM');
    }
  });
});

test('a wrong call over gRPC says which field is wrong', async () => {
  await inFolder(async (folder) => {
    const server = await OwnServer.start(folder, 'memory:');
    try {
      const client = keep(connect(server));
      const error = await new Promise<ServiceError>((resolve) => {
        client['SendMessage']?.({ room: 'stream', content: 'no number' }, (refused: ServiceError) => resolve(refused));
      });
      expect(error.code).toBe(3); // INVALID_ARGUMENT
      expect(error.details).toContain('client_seq');
      expect(error.metadata.get('grpc-status-details-bin')).toHaveLength(1);
    } finally {
      await server.end('SIGTERM');
    }
  });
});
