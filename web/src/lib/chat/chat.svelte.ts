import { chat as calls } from '../api/chat';
import { api } from '../api/client';
import type { Attachment, Member, Message, NewMessage, Room, RoomEvent, User } from '../api/types';
import { authors } from '../authors.svelte';
import { newNonce } from '../nonce';
import { parsePosition } from '../position';
import { Link } from '../rpc/link.svelte';
import type { Presence } from '../rpc/wire';
import { textScale } from '../text_scale';
import { takeSeq } from '../write/sequence';
import { DraftBook } from './drafts';
import { rowHeights } from './heights';
import type { Letter } from './letters';
import { ChatOutbox } from './outbox.svelte';
import { RoomView } from './room_view.svelte';
import { Rooms } from './rooms.svelte';
import type { ChatRow } from './row';
import { session } from '../session.svelte';
import { Typists } from './typists';
import { Uploads } from './uploads.svelte';

const typingEveryMs = 3000;
const peopleEveryMs = 20_000;
/**
 * So many of those who are here are listed. In a larger room nobody is named who comes or goes, and the next look at the people
 * is soon enough.
 */
const namedMax = 100;

/** Everything behind the chat page: who one is, the socket, the rooms, the open room, and what is on its way. */
export class Chat {
  readonly link = new Link({
    events: (room, events) => this.#events(room, events),
    glimpses: (glimpses) => this.rooms.glimpses(glimpses.filter(({ room }) => room !== this.view?.name)),
    typing: (room, name, userId) => this.#typing(room, name, userId),
    presence: (presence) => this.#presence(presence),
    refused: (room) => this.rooms.refused(room),
    resumed: (count, whole) => {
      // After a gap the room is read anew, so nothing is missing, but nobody knows how much was caught up.
      if (this.view && whole && count > 0) this.view.resumed = { count, whole };
    },
    state: (state) => this.#linkChanged(state.kind),
  });
  readonly rooms = new Rooms(this.link, () => {
    this.#seen();
    this.#openAgain();
  });
  readonly drafts = new DraftBook();
  readonly outbox = new ChatOutbox((letter) => this.#sent(letter));

  view: RoomView | undefined = $state.raw();
  members: Member[] = $state.raw([]);
  /** Who is in the open room at this moment. */
  active: User[] = $state.raw([]);
  /** How many these are, those included who are not listed. */
  readonly here = $derived(
    this.active.length < namedMax
      ? this.active.length
      : Math.max(this.active.length, this.view?.room?.active_users ?? 0),
  );
  typists: string[] = $state.raw([]);
  /** A sentence about what has just gone wrong. */
  problem: unknown = $state.raw();

  readonly #uploads = new Map<string, Uploads>();
  #typists = new Typists();
  #typingTold = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #peopleTicker: ReturnType<typeof setInterval> | undefined;
  #heightOf = rowHeights(900, textScale());
  #actsAs: string | undefined;
  #looks = 0;
  #lookShown = 0;

  start(): void {
    this.#actsAs = session.secret;
    this.link.start(session.secret, session.user?.id);
    this.rooms.start();
    void session.check();
    this.#ticker = setInterval(() => this.#showTypists(), 1000);
    this.#peopleTicker = setInterval(
      () => document.visibilityState === 'visible' && void this.loadPeople(),
      peopleEveryMs,
    );
  }

  stop(): void {
    clearInterval(this.#ticker);
    clearInterval(this.#peopleTicker);
    this.view?.close();
    this.rooms.stop();
    this.link.stop();
  }

  /** Another person now: the socket is opened as them, and counts are theirs. */
  sessionChanged(): void {
    if (session.secret === this.#actsAs) return;
    this.#actsAs = session.secret;
    this.link.start(session.secret, session.user?.id);
    this.rooms.connected();
    if (session.user) for (const uploads of this.#uploads.values()) uploads.renew();
    if (this.view) this.open(this.view.name, undefined, true);
  }

  open(name: string, at?: string, again = false): void {
    if (this.view?.name === name && !again) {
      if (at !== undefined) void this.view.goTo(at);
      else this.view.astray = undefined;
      return;
    }
    this.view?.close();
    this.rooms.acknowledge();
    this.#typists.clear();
    this.typists = [];
    this.members = [];
    this.active = [];
    this.#isHere(session.user);
    this.problem = undefined;
    this.rooms.visited(name);
    const view = new RoomView(
      name,
      this.link,
      (row) => this.#heightOf(row),
      () => session.user?.id,
    );
    view.onshown = () => {
      this.#seen();
      this.#settle();
    };
    this.view = view;
    void view.open(this.rooms.unread.of(name), this.rooms.unread.cursors.get(name), at);
    void this.loadPeople();
  }

  /** Nobody may look at a room now: none is open. */
  shut(): void {
    this.view?.close();
    this.view = undefined;
  }

  resized(width: number): void {
    this.#heightOf = rowHeights(width, textScale());
    this.view?.timeline.rows.estimateAgain();
  }

  /** What cannot be had stays as it is; the room itself says when the server is not reached. */
  async loadPeople(): Promise<void> {
    const { view } = this;
    if (!view || view.closed) return;
    const { name } = view;
    const look = ++this.#looks;
    const asked = [calls.members(name), calls.active(name), api.room(name)] as const;
    const [members, active, room] = await Promise.allSettled(asked);
    // A later look may be answered earlier.
    if (view !== this.view || look < this.#lookShown) return;
    this.#lookShown = look;
    if (room.status === 'fulfilled') view.describe(room.value);
    if (members.status === 'fulfilled') this.members = members.value;
    if (active.status === 'fulfilled') {
      this.active = active.value;
      authors.learn(active.value);
    }
    this.#isHere(session.user);
  }

  /** The files of what is being written in this room, be it open or not. */
  uploadsOf(room: string): Uploads {
    let uploads = this.#uploads.get(room);
    if (!uploads) {
      const kept = this.drafts.of(room).files ?? [];
      uploads = new Uploads(
        kept,
        (files) => this.drafts.change(room, { files }),
        () => session.user?.id,
      );
      this.#uploads.set(room, uploads);
    }
    return uploads;
  }

  /** Writes into the open room. The session must be there. */
  send(text: string, replyTo: number | undefined, attachments: Attachment[]): void {
    const { user } = session;
    if (!this.view || !user) return;
    const room = this.view.name;
    const message: NewMessage = { content: text, nonce: newNonce() };
    if (this.view.room?.client_seq_required) message.client_seq = takeSeq(room);
    if (replyTo !== undefined) message.reply_to = replyTo;
    if (attachments.length > 0) message.attachment_ids = attachments.map(({ id }) => id);
    this.outbox.send({ room, message, userId: user.id, state: 'waiting', time: Date.now(), attachments });
    this.#typingTold = 0;
    this.view.unreadFrom = undefined;
    this.view.follow();
  }

  /** Whether it was taken. */
  async edit(row: ChatRow, text: string): Promise<boolean> {
    await this.#attempt(async () => {
      const message = await calls.edit(row.id, text);
      return { edited: { pos: message.pos, message } };
    });
    return this.problem === undefined;
  }

  remove(row: ChatRow): Promise<void> {
    return this.#attempt(async () => {
      await calls.remove(row.id);
      return { deleted: { pos: row.pos, message_id: row.id } };
    });
  }

  /** Gives the emoji, or takes it back when it is one's own. */
  react(row: ChatRow, emoji: string): Promise<void> {
    const me = session.user?.id;
    if (me === undefined) return Promise.resolve();
    const own = row.reactions.some((reaction) => reaction.emoji === emoji && reaction.users.includes(me));
    return this.#attempt(async () => {
      const { view } = this;
      const { count } = await (own ? calls.unreact(row.id, emoji) : calls.react(row.id, emoji));
      // What came meanwhile may be newer than this answer; the event of one's own is there or follows.
      if (view?.timeline.find(row.id)?.reactions !== row.reactions) return;
      return { reaction: { pos: row.pos, message_id: row.id, emoji, user_id: me, added: !own, count } };
    });
  }

  join(): Promise<void> {
    return this.#attempt(async () => {
      await calls.join(this.view?.name ?? '');
      await this.loadPeople();
    });
  }

  leave(): Promise<void> {
    return this.#attempt(async () => {
      await calls.leave(this.view?.name ?? '');
      await this.loadPeople();
    });
  }

  /** Tells the others now and then that one is writing. */
  typing(): void {
    const now = Date.now();
    if (!this.view || !session.user || now - this.#typingTold < typingEveryMs) return;
    this.#typingTold = now;
    this.link.typing(this.view.name, session.user.username);
  }

  roomChanged(room: Room): void {
    this.rooms.replaced(room);
    if (this.view?.room?.id === room.id) this.view.describe(room);
  }

  async #attempt(work: () => Promise<RoomEvent | void>): Promise<void> {
    const { view } = this;
    try {
      this.problem = undefined;
      const event = await work();
      if (event && view === this.view) view?.change(event);
    } catch (error) {
      this.problem = error;
    }
  }

  #events(room: string, events: readonly RoomEvent[]): void {
    const { view } = this;
    if (!view || view.name !== room) return;
    const arrived = new Set<string>();
    const others: Message[] = [];
    let changed = false;
    for (const event of events) {
      const { message } = event;
      if (message && (message.user_id === undefined || message.user_id !== session.user?.id)) others.push(message);
      if (message?.nonce !== undefined && message.user_id === session.user?.id) arrived.add(message.nonce);
      if (message?.username !== undefined) this.#typists.done(message.username);
      if (event.rules) this.rooms.changed(room, event.rules);
      if (event.member || event.rules) changed = true;
      if (event.closed) this.rooms.closed(room);
      if (event.deleted && this.rooms.unread.of(room) > 0) this.rooms.recount();
    }
    if (others.length > 0 && !this.#isLooking(view)) {
      if (this.rooms.unread.of(room) === 0) view.unreadFrom = others[0]!.id;
      this.rooms.unseen(room, others.length);
    }
    view.events(events);
    this.outbox.remove(arrived);
    if (changed) void this.loadPeople();
    const last = others.at(-1);
    if (last?.user_id !== undefined) this.#isHere({ id: last.user_id, username: last.username ?? '' });
  }

  /** Who has just written is here, before the server is asked again. */
  #isHere(user: User | undefined): void {
    if (user && !this.active.some(({ id }) => id === user.id)) this.active = [...this.active, user];
  }

  /** The server has it. It stays below the list until it comes in its place. */
  #sent(letter: Letter): void {
    if (this.view?.name !== letter.room) this.outbox.remove(new Set([letter.message.nonce]));
    this.#settle();
    void session.check();
  }

  /** Removes what has come in its place, be it by an event or with a page of the history. */
  #settle(): void {
    const newest = this.view?.timeline.newest;
    if (!newest) return;
    const there = this.outbox.of(this.view!.name).filter(({ pos }) => {
      const at = parsePosition(pos ?? '');
      return at && at.epoch === newest.epoch && at.n <= newest.n;
    });
    this.outbox.remove(new Set(there.map(({ message }) => message.nonce)));
  }

  /** What is at the end of the list, on a screen that is looked at, has been read. */
  #seen(): void {
    const { view } = this;
    if (!view || view.closed || !this.#isLooking(view)) return;
    const { newest } = view.timeline;
    if (newest) this.rooms.read(view.name, newest.pos);
  }

  /** Whether what comes now is seen at once. */
  #isLooking(view: RoomView): boolean {
    return view.hold === 'following' && document.visibilityState === 'visible';
  }

  #linkChanged(kind: string): void {
    if (kind === 'waiting') void session.check();
    if (kind !== 'live') return;
    this.#openAgain();
    if (session.user) this.outbox.retryAll(session.user.id);
  }

  /** The server is reached: a room that could not be had before can be had now. */
  #openAgain(): void {
    if (this.view?.phase === 'failed') this.open(this.view.name, undefined, true);
  }

  #typing(room: string, name: string, userId: number | undefined): void {
    if (room !== this.view?.name || (userId !== undefined && userId === session.user?.id)) return;
    this.#typists.heard(name, Date.now());
    this.#showTypists();
  }

  #presence({ room, count, user, active }: Presence): void {
    if (room !== this.view?.name || (user && user.id === session.user?.id)) return;
    if (!user) {
      if (count <= namedMax && document.visibilityState === 'visible') void this.loadPeople();
    } else if (active) {
      this.#isHere(user);
    } else {
      this.active = this.active.filter(({ id }) => id !== user.id);
    }
  }

  #showTypists(): void {
    const names = this.#typists.names(Date.now());
    if (names.join('\n') !== this.typists.join('\n')) this.typists = names;
  }
}
