// Holds the socket away from the page's thread: frames are parsed and checked here, and handed over in batches.
import { ApiError } from '../api/errors';
import { api } from '../api/client';
import { Batch } from './batch';
import { LiveMachine, type LiveAction, type LiveEvent } from './machine';
import type { FromWorker, ToWorker } from './protocol';
import { messageRow } from './row';

const batchMs = 16;
const batchCapacity = 50_000;
const headTimeoutMs = 5_000;

const machine = new LiveMachine();
const batch = new Batch(batchCapacity);
let room = '';
let socket: WebSocket | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let handover: ReturnType<typeof setTimeout> | undefined;
let pageIsReady = true;
let told = machine.state;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.do) {
    case 'start':
      room = data.room;
      return dispatch({ on: 'start', after: data.after });
    case 'more':
      pageIsReady = true;
      return scheduleHandover();
    default:
      return dispatch({ on: data.do });
  }
};

function dispatch(event: LiveEvent): void {
  for (const action of machine.handle(event, Date.now())) perform(action);
  if (machine.state === told) return;
  told = machine.state;
  handOver();
  tell({ on: 'state', state: told });
}

function perform(action: LiveAction): void {
  switch (action.do) {
    case 'open':
      return open(action.after);
    case 'close':
      return close();
    case 'wait':
      clearTimeout(timer);
      timer = setTimeout(() => dispatch({ on: 'timer' }), action.ms);
      return;
    case 'ask_head':
      return void askHead();
    case 'message':
      batch.push(messageRow(action.message));
      return scheduleHandover();
    case 'hole':
      batch.push(action.hole);
      return scheduleHandover();
    case 'resumed':
      handOver();
      return tell({ on: 'resumed', count: action.count, whole: action.whole });
  }
}

function open(after: string): void {
  close();
  const url = new URL('/ws', self.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = new URLSearchParams({ room, after }).toString();
  const opened = new WebSocket(url);
  socket = opened;
  // Events of a socket that has been given up say nothing of the present one.
  const whenCurrent = (event: LiveEvent) => socket === opened && dispatch(event);
  opened.onopen = () => whenCurrent({ on: 'opened' });
  opened.onmessage = ({ data }) => whenCurrent({ on: 'frame', frame: parse(data) });
  opened.onclose = ({ code, reason }) => whenCurrent({ on: 'closed', code, reason });
}

function close(): void {
  clearTimeout(timer);
  const old = socket;
  socket = undefined;
  old?.close();
}

function parse(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : {};
  } catch {
    return {};
  }
}

async function askHead(): Promise<void> {
  try {
    dispatch({ on: 'head', pos: (await api.room(room, AbortSignal.timeout(headTimeoutMs))).pos });
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0;
    dispatch({ on: 'head_failed', status, detail: error instanceof ApiError ? error.message : '' });
  }
}

function scheduleHandover(): void {
  if (handover === undefined && pageIsReady && !batch.empty) handover = setTimeout(handOver, batchMs);
}

/** One batch is under way at a time, so a page that is busy is not buried. */
function handOver(): void {
  clearTimeout(handover);
  handover = undefined;
  if (!pageIsReady || batch.empty) return;
  pageIsReady = false;
  tell({ on: 'rows', rows: batch.take() });
}

function tell(message: FromWorker): void {
  self.postMessage(message);
}
