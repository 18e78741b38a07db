import { load, save } from '../storage';

const key = (room: string) => `seq.${room}`;

/** The next number of this client in the room, from 1. */
export function nextSeq(room: string): number {
  return load(key(room), 1);
}

export function saveNextSeq(room: string, next: number): void {
  save(key(room), next);
}

export function takeSeq(room: string): number {
  const seq = nextSeq(room);
  saveNextSeq(room, seq + 1);
  return seq;
}
