import { load, save } from '../storage';

/** Width and height of a picture in pixels. */
export type Size = [width: number, height: number];

const key = 'chat.pictures';
const kept = 500;
const largest = 320;

let known: Map<string, Size> | undefined;
const all = () => (known ??= new Map(load<[string, Size][]>(key, [])));

/** What this browser has seen of it before, so that its place is right before it is loaded again. */
export function pictureSize(id: string): Size | undefined {
  return all().get(id);
}

export function rememberPicture(id: string, size: Size): void {
  const sizes = all();
  sizes.delete(id);
  sizes.set(id, size);
  for (const oldest of sizes.keys()) {
    if (sizes.size <= kept) break;
    sizes.delete(oldest);
  }
  save(key, [...sizes]);
}

/** The size at which it is shown: in its own shape, and never larger than it is. */
export function shownSize([width, height]: Size): Size {
  const scale = Math.min(1, largest / width, largest / height);
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
