// localStorage that never throws: it may be switched off or full, and the pages then work without a memory. All tabs share it.
const prefix = 'vestnik.';

/** What is meant for this tab alone is there until the tab is closed. */
type Owner = 'all' | 'tab';
const storage = (owner: Owner) => (owner === 'all' ? localStorage : sessionStorage);

export function load<T>(key: string, fallback: T, owner: Owner = 'all'): T {
  try {
    const text = storage(owner).getItem(prefix + key);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function save(key: string, value: unknown, owner: Owner = 'all'): void {
  try {
    if (value === undefined) storage(owner).removeItem(prefix + key);
    else storage(owner).setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Nothing to do: the value lives until the page is closed.
  }
}

/** Plain text, for values that other scripts read (the theme). */
export function saveText(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, value);
  } catch {
    // As above.
  }
}

export function loadText(key: string): string | undefined {
  try {
    return localStorage.getItem(prefix + key) ?? undefined;
  } catch {
    return undefined;
  }
}
