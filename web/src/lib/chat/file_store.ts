// Files of drafts over a reload, in IndexedDB. It never throws: where it is switched off or full, the draft still knows that it
// had the file, and says that it has to be chosen again.
const databaseName = 'vestnik';
const storeName = 'files';
/** So long a file is kept whose draft has disappeared by itself. */
const keptMs = 30 * 24 * 3_600_000;

interface Kept {
  file: File;
  at: number;
}

let opening: Promise<IDBDatabase> | undefined;

export async function keepFile(key: string, file: File): Promise<void> {
  await attempt('readwrite', (store) => store.put({ file, at: Date.now() } satisfies Kept, key));
}

export async function loadFile(key: string): Promise<File | undefined> {
  return (await attempt<Kept | undefined>('readonly', (store) => store.get(key)))?.file;
}

export async function forgetFile(key: string): Promise<void> {
  await attempt('readwrite', (store) => store.delete(key));
}

async function attempt<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>) {
  try {
    const database = await (opening ??= open());
    return await settled(ask(database.transaction(storeName, mode).objectStore(storeName)));
  } catch {
    opening = undefined;
    return undefined;
  }
}

async function open(): Promise<IDBDatabase> {
  const asking = indexedDB.open(databaseName, 1);
  asking.onupgradeneeded = () => asking.result.createObjectStore(storeName);
  const database = await settled(asking);
  removeOld(database);
  return database;
}

function removeOld(database: IDBDatabase): void {
  const walking = database.transaction(storeName, 'readwrite').objectStore(storeName).openCursor();
  walking.onsuccess = () => {
    const cursor = walking.result;
    if (!cursor) return;
    if ((cursor.value as Kept).at < Date.now() - keptMs) cursor.delete();
    cursor.continue();
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('no storage'));
  });
}
