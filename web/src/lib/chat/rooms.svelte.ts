import { chat } from '../api/chat';
import { api, roomsPage } from '../api/client';
import { ApiError } from '../api/errors';
import { describe } from '../describe';
import type { Room, RoomEvent, RoomListed, RulesChanged } from '../api/types';
import type { Link } from '../rpc/link.svelte';
import type { Glimpse } from '../rpc/protocol';
import { roomsLog } from '../rpc/wire';
import { session } from '../session.svelte';
import { UnreadCounts } from './unread';

// The list is followed; this finds what the server has forgotten to tell.
const refreshMs = 120_000;
const recountMs = 300;
const acknowledgeMs = 800;
const followedAtMost = 100;
const unauthenticated = 401;

/** The rooms there are, with what is unread in each. */
export class Rooms {
  /** `locked`: this server shows nothing to those who have not said a name. */
  phase: 'loading' | 'ready' | 'locked' | 'failed' = $state('loading');
  error = $state('');
  list: Room[] = $state.raw([]);
  unread: UnreadCounts = $state.raw(new UnreadCounts());
  readonly sorted = $derived(inOrder(this.list));
  /** Rooms that others have opened since this page is here, and that have not been looked at. */
  fresh: ReadonlySet<string> = $state.raw(new Set());

  /** Rooms that this connection may not follow; asking again would not help. */
  readonly #refused = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #ticks = 0;
  #looks = 0;
  /** What has become of the list since it was last asked for. */
  #late: RoomEvent[] = [];
  #recounting: ReturnType<typeof setTimeout> | undefined;
  #acknowledging: { timer: ReturnType<typeof setTimeout>; room: string; pos: string } | undefined;

  /** `onrefreshed` is told when the server's own counts have come. */
  constructor(
    private readonly link: Link,
    private readonly onrefreshed: () => void,
  ) {}

  start(): void {
    this.link.follow(roomsLog, '');
    void this.refresh();
    this.#timer = setInterval(() => document.visibilityState === 'visible' && this.#tick(), refreshMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#recounting);
    this.acknowledge();
  }

  find(name: string): Room | undefined {
    return this.list.find((room) => room.name === name || room.id === name);
  }

  /** Reads the counts anew, and the rooms: if there are many, `whole` says whether all of them. */
  async refresh(whole = true): Promise<void> {
    const look = ++this.#looks;
    const late: RoomEvent[] = (this.#late = []);
    try {
      const [first, unread] = await Promise.all([
        api.rooms(),
        session.secret === undefined ? undefined : chat.unread().catch(() => undefined),
      ]);
      if (look !== this.#looks) return;
      if (this.phase !== 'ready' || first.length < roomsPage) this.list = first;
      this.#tell(late);
      if (unread) this.unread = UnreadCounts.from(unread);
      this.phase = 'ready';
      this.onrefreshed();
      if (whole && first.length === roomsPage) await this.#loadFurther(first, look);
      this.#tell(late);
      this.#followThem();
    } catch (error) {
      this.error = describe(error);
      const locked = error instanceof ApiError && error.status === unauthenticated;
      if (locked) {
        this.phase = 'locked';
        this.list = [];
      } else if (this.phase !== 'ready') this.phase = 'failed';
    }
  }

  /** The room cannot be followed on this connection: it is gone, or there are too many. */
  refused(name: string): void {
    // Who may not see the rooms has been told so by the list itself.
    if (name === roomsLog) return;
    this.#refused.add(name);
    void this.refresh();
  }

  /** A new connection, perhaps of somebody else. */
  connected(): void {
    this.#refused.clear();
    this.link.follow(roomsLog, '');
    void this.refresh();
  }

  /** Messages came that are not read at once. */
  unseen(room: string, count: number): void {
    this.unread = this.unread.added(room, count);
  }

  /** Something happened in rooms that are not on the screen. */
  glimpses(glimpses: readonly Glimpse[]): void {
    for (const { room, messages, changes } of glimpses) {
      if (room === roomsLog) {
        this.#listChanged(changes);
        continue;
      }
      this.unread = this.unread.added(room, messages);
      for (const change of changes) {
        if (change.closed) this.closed(room);
        if (change.rules) this.changed(room, change.rules);
        if (change.gap) void this.refresh();
        if (change.deleted && this.unread.of(room) > 0) this.recount();
      }
    }
  }

  /** All up to here has been read. The server is told a little later, once for many. */
  read(room: string, pos: string): void {
    if (this.unread.of(room) === 0 && this.unread.cursors.get(room) === pos) return;
    this.unread = this.unread.read(room, pos);
    if (session.secret === undefined) return;
    if (this.#acknowledging && this.#acknowledging.room !== room) this.acknowledge();
    const timer = this.#acknowledging?.timer ?? setTimeout(() => this.acknowledge(), acknowledgeMs);
    this.#acknowledging = { timer, room, pos };
  }

  /** Tells the server now what has been read. */
  acknowledge(): void {
    const told = this.#acknowledging;
    this.#acknowledging = undefined;
    if (!told) return;
    clearTimeout(told.timer);
    // When it fails, the next one tells the same and more.
    chat.acknowledge(told.room, told.pos).catch(() => {});
  }

  /** Something that may have been unread has gone: the server knows how much is left. */
  recount(): void {
    this.#recounting ??= setTimeout(() => {
      this.#recounting = undefined;
      if (session.secret === undefined) return;
      chat.unread().then(
        (unread) => {
          this.unread = UnreadCounts.from(unread);
          this.onrefreshed();
        },
        () => {},
      );
    }, recountMs);
  }

  /** The room is on the screen. */
  visited(name: string): void {
    if (!this.fresh.has(name)) return;
    this.fresh = new Set([...this.fresh].filter((one) => one !== name));
  }

  created(room: Room): void {
    this.list = [...this.list.filter(({ id }) => id !== room.id), room];
    this.visited(room.name);
  }

  replaced(room: Room): void {
    this.list = this.list.map((one) => (one.id === room.id ? room : one));
  }

  changed(name: string, { max_length, message_limit, read_only, expires_at }: RulesChanged): void {
    this.list = this.list.map((room) => {
      if (room.name !== name) return room;
      const { max_length: _1, message_limit: _2, expires_at: _3, ...rest } = room;
      return {
        ...rest,
        read_only,
        ...(max_length === undefined ? {} : { max_length }),
        ...(message_limit === undefined ? {} : { message_limit }),
        ...(expires_at === undefined ? {} : { expires_at }),
      };
    });
  }

  closed(name: string): void {
    if (this.#acknowledging?.room === name) {
      clearTimeout(this.#acknowledging.timer);
      this.#acknowledging = undefined;
    }
    this.list = this.list.filter((room) => room.name !== name);
    this.unread = this.unread.without(name);
    this.visited(name);
  }

  #listChanged(changes: readonly RoomEvent[]): void {
    // A list that is being read may be older than they are.
    this.#late.push(...changes);
    this.#tell(changes);
    if (changes.some(({ gap, subscribed }) => gap || subscribed)) void this.refresh();
  }

  #tell(changes: readonly RoomEvent[]): void {
    for (const { listed, unlisted } of changes) {
      if (listed) this.#listed(listed);
      if (unlisted && this.list.some(({ id }) => id === unlisted.id)) this.closed(unlisted.name);
    }
  }

  #listed({ pos: _, opened, ...told }: RoomListed): void {
    const known = this.list.find(({ id }) => id === told.id);
    if (known) return this.changed(known.name, { pos: '', ...told });
    this.list = [...this.list, { ...told, message_count: 0, pos: '', active_users: 0 }];
    const own = told.owner_id !== undefined && told.owner_id === session.user?.id;
    if (opened && !own) this.fresh = new Set([...this.fresh, told.name]);
  }

  /** The more rooms there are, the more rarely they are read anew. */
  #tick(): void {
    const pages = Math.ceil(this.list.length / roomsPage);
    void this.refresh(++this.#ticks % Math.max(1, pages) === 0);
  }

  /** The rooms behind the first page; a newer look makes this one end. */
  async #loadFurther(first: readonly Room[], look: number): Promise<void> {
    // The pages overlap when rooms come or go meanwhile.
    const rooms = new Map(first.map((room) => [room.id, room]));
    for (let offset = roomsPage, more = true; more; offset += roomsPage) {
      const page = await api.rooms(offset);
      if (look !== this.#looks) return;
      for (const room of page) rooms.set(room.id, room);
      more = page.length === roomsPage;
    }
    this.list = [...rooms.values()];
  }

  /** Rooms in which one has a place are followed, so that their counts are of now. */
  #followThem(): void {
    const mayFollow = ({ name }: Room) => this.unread.cursors.has(name) && !this.#refused.has(name);
    const known = this.list.filter(mayFollow).slice(-followedAtMost);
    for (const { name, pos } of known) this.link.follow(name, pos);
  }
}

const names = new Intl.Collator(undefined, { numeric: true });

/** The built-in rooms first, then by name; the order does not depend on what happens. */
function inOrder(rooms: readonly Room[]): Room[] {
  const builtIn = ({ owner_id, name }: Room) => owner_id === undefined && (name === 'lobby' || name === 'stream');
  return [...rooms].sort((a, b) => Number(builtIn(b)) - Number(builtIn(a)) || names.compare(a.name, b.name));
}
