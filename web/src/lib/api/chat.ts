// The calls of the chat: who one is, rooms and their rules, what becomes of messages, what is unread.
import { get, request, roomPath } from './client';
import type { Member, Message, Reactions, Room, RoomRules, Session, UnreadRoom, User } from './types';

const messagePath = (id: number) => `/api/v1/messages/${id}`;
const reactionPath = (id: number, emoji: string) => `${messagePath(id)}/reactions/${encodeURIComponent(emoji)}`;
const membershipPath = (room: string) => `${roomPath(room)}/members/me`;

export const chat = {
  openSession: (name: string) => request<Session>('POST', '/api/v1/sessions', { display_name: name }),
  session: () => request<Session>('GET', '/api/v1/sessions/me'),
  closeSession: () => request<unknown>('DELETE', '/api/v1/sessions/me'),
  createUser: (username: string, email: string) =>
    request<User>('POST', '/api/v1/users', { username, ...(email === '' ? {} : { email }) }),

  user: (id: number) => get<User>(`/api/v1/users/${id}`, {}),

  createRoom: (name: string, rules: RoomRules) => request<Room>('POST', '/api/v1/rooms', { name, ...rules }),
  updateRoom: (room: string, rules: RoomRules) => request<Room>('PATCH', roomPath(room), rules),
  closeRoom: (room: string) => request<unknown>('DELETE', roomPath(room)),
  members: (room: string, signal?: AbortSignal) => get<Member[]>(`${roomPath(room)}/members`, { limit: 500 }, signal),
  /** Who wrote in the last minutes or is connected. */
  active: (room: string, signal?: AbortSignal) => get<User[]>(`${roomPath(room)}/active`, {}, signal),
  join: (room: string) => request<unknown>('PUT', membershipPath(room)),
  leave: (room: string) => request<unknown>('DELETE', membershipPath(room)),

  edit: (id: number, content: string) => request<Message>('PATCH', messagePath(id), { content }),
  remove: (id: number) => request<unknown>('DELETE', messagePath(id)),
  react: (id: number, emoji: string) => request<Reactions>('PUT', reactionPath(id, emoji)),
  unreact: (id: number, emoji: string) => request<Reactions>('DELETE', reactionPath(id, emoji)),

  unread: () => get<UnreadRoom[]>('/api/v1/unread', {}),
  /** Everything up to `pos` has been read. */
  acknowledge: (room: string, pos: string) =>
    request<unknown>('POST', `${roomPath(room)}/unread`, { ack: pos, limit: 0 }, undefined, true),
};
