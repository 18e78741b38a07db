// Holds the socket away from the page's thread: frames are parsed and checked here, and handed over in batches.
import { ApiError } from '../api/errors';
import { actAs, actor, api } from '../api/client';
import { Batch } from './batch';
import { Handover } from './handover';
import { LiveMachine, type LiveAction, type LiveEvent } from './machine';
import type { FromWorker, ToWorker } from './protocol';
import { probe } from './refusal';
import { messageRow, type Row } from './row';
import { parseFrame, Socket, socketUrl } from './socket';

const path = '/ws';
const batchCapacity = 50_000;
const headTimeoutMs = 5_000;

const machine = new LiveMachine();
const rows = new Handover<Row>(new Batch(batchCapacity), (batch) => tell({ on: 'rows', rows: batch }));
const socket = new Socket((event) =>
  dispatch(event.on === 'frame' ? { on: 'frame', frame: parseFrame(event.data) } : event),
);
let room = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let told = machine.state;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.do) {
    case 'start':
      room = data.room;
      actAs(data.session);
      return dispatch({ on: 'start', after: data.after });
    case 'more':
      return rows.more();
    default:
      return dispatch({ on: data.do });
  }
};

function dispatch(event: LiveEvent): void {
  for (const action of machine.handle(event, Date.now())) perform(action);
  if (machine.state === told) return;
  told = machine.state;
  rows.now();
  tell({ on: 'state', state: told });
}

function perform(action: LiveAction): void {
  switch (action.do) {
    case 'open':
      clearTimeout(timer);
      return socket.open(address(action.after));
    case 'close':
      clearTimeout(timer);
      return socket.close();
    case 'wait':
      clearTimeout(timer);
      timer = setTimeout(() => dispatch({ on: 'timer' }), action.ms);
      return;
    case 'ask_head':
      return void askHead();
    case 'probe':
      return void probe(path).then((refusal) => dispatch({ on: 'probed', ...refusal }));
    case 'message':
      return rows.push(messageRow(action.message));
    case 'hole':
      return rows.push(action.hole);
    case 'resumed':
      rows.now();
      return tell({ on: 'resumed', count: action.count, whole: action.whole });
  }
}

/** A browser sets no headers on a socket, so the session stands in the address. */
function address(after: string): string {
  const session = actor();
  return socketUrl(self.location.href, path, { room, after, ...(session === undefined ? {} : { token: session }) });
}

async function askHead(): Promise<void> {
  try {
    dispatch({ on: 'head', pos: (await api.room(room, AbortSignal.timeout(headTimeoutMs))).pos });
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0;
    dispatch({ on: 'head_failed', status, detail: error instanceof ApiError ? error.message : '' });
  }
}

function tell(message: FromWorker): void {
  self.postMessage(message);
}
