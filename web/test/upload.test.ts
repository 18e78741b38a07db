// What one upload tells the page of the server and of the session, as every other call does.
import { File as NodeFile } from 'node:buffer';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { upload } from '../src/lib/api/attachments';
import { actAs, onReach, onRefused } from '../src/lib/api/client';

/** A request that ends as the test says. */
class Request {
  static last: Request;
  readonly upload = {};
  readonly headers = new Map<string, string>();
  status = 0;
  responseText = '{}';
  onload = () => {};
  onerror = () => {};
  onabort = () => {};
  send = () => void (Request.last = this);
  abort = () => this.onabort();
  open = () => {};
  getResponseHeader = () => null;
  setRequestHeader = (name: string, value: string) => void this.headers.set(name, value);
}

const reached = vi.fn();
const refused = vi.fn();

beforeEach(() => {
  vi.stubGlobal('XMLHttpRequest', Request);
  onReach(reached);
  onRefused(refused);
  actAs('secret');
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

// Node 18 has no other.
const file = new NodeFile([], 'notes.txt') as unknown as File;

const begin = (signal = new AbortController().signal) => upload(file, () => {}, signal);

it('acts as the session, and tells when the server knows it no more', async () => {
  const ended = begin();
  expect(Request.last.headers.get('Authorization')).toBe('Bearer secret');
  Request.last.status = 401;
  Request.last.onload();
  await expect(ended).rejects.toMatchObject({ status: 401 });
  expect(reached.mock.calls).toEqual([[true]]);
  expect(refused).toHaveBeenCalledOnce();
});

it('says nothing of a session that came meanwhile', async () => {
  const ended = begin();
  actAs('another');
  Request.last.status = 401;
  Request.last.onload();
  await expect(ended).rejects.toMatchObject({ status: 401 });
  expect(refused).not.toHaveBeenCalled();
});

it('tells that the server was not reached, unless the upload was given up', async () => {
  const lost = begin();
  Request.last.onerror();
  await expect(lost).rejects.toMatchObject({ status: 0 });
  expect(reached.mock.calls).toEqual([[false]]);

  const leaving = new AbortController();
  const left = begin(leaving.signal);
  leaving.abort();
  await expect(left).rejects.toMatchObject({ status: 0 });
  expect(reached).toHaveBeenCalledOnce();
});
