// Holds the socket away from the page's thread: frames are parsed here, gathered, and handed over in batches.
import type { RoomEvent } from '../api/types';
import { Handover } from '../live/handover';
import { probe } from '../live/refusal';
import { Socket, socketUrl } from '../live/socket';
import { EventBatch } from './event_batch';
import { LinkMachine, type LinkAction, type LinkEvent } from './machine';
import type { FromWorker, Glimpse, ToWorker } from './protocol';
import { positionOf, readFrame, roomsLog } from './wire';

const path = '/rpc';
const glimpseMs = 250;
const batchCapacity = 20_000;
const changesKept = 100;

const machine = new LinkMachine();
const gathering = new EventBatch(batchCapacity);
const handover = new Handover<RoomEvent>(gathering, (events) => tell({ on: 'events', room: watched, events }));
const socket = new Socket((event) =>
  dispatch(event.on === 'frame' ? { on: 'frame', frame: readFrame(event.data) } : event),
);
const glimpses = new Map<string, Glimpse>();
let address = '';
let watched = '';
let me: number | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let glance: ReturnType<typeof setTimeout> | undefined;
let told = machine.state;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.do) {
    case 'start':
      me = data.me;
      address = socketUrl(self.location.href, path, data.token === undefined ? {} : { token: data.token });
      return dispatch({ on: 'start' });
    case 'more':
      return handover.more();
    case 'watch':
      // What has come for the room before is not for this page any more.
      gathering.take();
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
  handover.now();
  tell({ on: 'state', state: told });
}

function perform(action: LinkAction): void {
  switch (action.do) {
    case 'open':
      clearTimeout(timer);
      return socket.open(address);
    case 'close':
      clearTimeout(timer);
      return socket.close();
    case 'probe':
      return void probe(path).then((refusal) => dispatch({ on: 'probed', ...refusal }));
    case 'send':
      return socket.send(action.text);
    case 'wait':
      clearTimeout(timer);
      timer = setTimeout(() => dispatch({ on: 'timer' }), action.ms);
      return;
    case 'event':
      return take(action.room, action.event);
    case 'typing':
      return tell({ ...action, on: 'typing' });
    case 'presence':
      return tell({ on: 'presence', presence: action.presence });
    case 'refused':
      return tell({ on: 'refused', room: action.room, message: action.message });
    case 'resumed':
      handover.now();
      return tell({ on: 'resumed', count: action.count, whole: action.whole });
  }
}

function take(room: string, event: RoomEvent): void {
  if (room === watched) return handover.push(event);
  const pos = positionOf(event) ?? '';
  const glimpse = glimpses.get(room) ?? { room, pos, messages: 0, changes: [] };
  glimpse.pos = pos;
  if (room === roomsLog) {
    glimpse.changes = [...glimpse.changes, event];
    // So many at once are read anew.
    if (glimpse.changes.length > changesKept) glimpse.changes = [{ gap: { to: pos } }];
  } else if (event.message) {
    if (me === undefined || event.message.user_id !== me) ++glimpse.messages;
    glimpse.at = event.message.created_at;
  } else if (event.closed || event.rules || event.gap || event.deleted) {
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

function tell(message: FromWorker): void {
  self.postMessage(message);
}
