import { api } from './api/client';

/** The names of all open rooms, the oldest first. Throws ApiError. */
export async function allRoomNames(signal?: AbortSignal): Promise<string[]> {
  // The pages overlap when rooms come or go meanwhile, and may be shorter than asked for.
  const names = new Set<string>();
  for (let offset = 0; ;) {
    const page = await api.rooms(offset, signal);
    if (page.length === 0) return [...names];
    for (const { name } of page) names.add(name);
    offset += page.length;
  }
}
