// Holds the socket away from the page's thread: frames are parsed here, gathered, and handed over in batches.
import type { RoomEvent } from '../api/types';
import { EventBatch } from './event_batch';
import { LinkMachine, type LinkAction, type LinkEvent } from './machine';
import type { FromWorker, Glimpse, ToWorker } from './protocol';
import { positionOf, readFrame, socketUrl } from './wire';

const batchMs = 16;
const glimpseMs = 250;
const batchCapacity = 20_000;
const changesKept = 100;

const machine = new LinkMachine();
const batch = new EventBatch(batchCapacity);
const glimpses = new Map<string, Glimpse>();
let address = '';
let watched = '';
let me: number | undefined;
let socket: WebSocket | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let handover: ReturnType<typeof setTimeout> | undefined;
let glance: ReturnType<typeof setTimeout> | undefined;
let pageIsReady = true;
let told = machine.state;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.do) {
    case 'start':
      me = data.me;
      address = socketUrl(data.page, data.token);
      return dispatch({ on: 'start' });
    case 'more':
      pageIsReady = true;
      return scheduleHandover();
    case 'watch':
      // What has come for the room before is not for this page any more.
      batch.take();
      watched = data.room;
      return dispatch({ on: 'watch', room: data.room });
    case 'follow':
      return dispatch({ on: 'follow', room: data.room, after: data.after });
    case 'leave':
      return dispatch({ on: 'leave', room: data.room });
    case 'typing':
      return dispatch({ on: 'typing', room: data.room, username: data.username });
    default:
      return dispatch({ on: data.do });
  }
};

function dispatch(event: LinkEvent): void {
  for (const action of machine.handle(event, Date.now())) perform(action);
  if (machine.state === told) return;
  told = machine.state;
  handOver();
  tell({ on: 'state', state: told });
}

function perform(action: LinkAction): void {
  switch (action.do) {
    case 'open':
      return open();
    case 'close':
      return close();
    case 'send':
      return socket?.send(action.text);
    case 'wait':
      clearTimeout(timer);
      timer = setTimeout(() => dispatch({ on: 'timer' }), action.ms);
      return;
    case 'event':
      return take(action.room, action.event);
    case 'typing':
      return tell({ ...action, on: 'typing' });
    case 'refused':
      return tell({ on: 'refused', room: action.room, message: action.message });
    case 'resumed':
      handOver();
      return tell({ on: 'resumed', count: action.count, whole: action.whole });
  }
}

function open(): void {
  close();
  const opened = new WebSocket(address);
  socket = opened;
  // Events of a socket that has been given up say nothing of the present one.
  const whenCurrent = (event: LinkEvent) => socket === opened && dispatch(event);
  opened.onopen = () => whenCurrent({ on: 'opened' });
  opened.onmessage = ({ data }) => whenCurrent({ on: 'frame', frame: readFrame(data) });
  opened.onclose = ({ code, reason }) => whenCurrent({ on: 'closed', code, reason });
}

function close(): void {
  clearTimeout(timer);
  const old = socket;
  socket = undefined;
  old?.close();
}

function take(room: string, event: RoomEvent): void {
  if (room === watched) {
    batch.push(event);
    return scheduleHandover();
  }
  const pos = positionOf(event) ?? '';
  const glimpse = glimpses.get(room) ?? { room, pos, messages: 0, changes: [] };
  glimpse.pos = pos;
  if (event.message) {
    if (me === undefined || event.message.user_id !== me) ++glimpse.messages;
    glimpse.at = event.message.created_at;
  } else if (event.closed || event.rules || event.gap) {
    glimpse.changes = [...glimpse.changes, event].slice(-changesKept);
  }
  glimpses.set(room, glimpse);
  glance ??= setTimeout(tellGlimpses, glimpseMs);
}

function tellGlimpses(): void {
  glance = undefined;
  tell({ on: 'glimpses', glimpses: [...glimpses.values()] });
  glimpses.clear();
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
  tell({ on: 'events', room: watched, events: batch.take() });
}

function tell(message: FromWorker): void {
  self.postMessage(message);
}
