// Windows above the page have entries of their own in the browser's history, so that Back closes the uppermost one and leaves the
// page as it is. The state of an entry says how many windows are open there.

interface Entry {
  layers?: number;
}

const open = (): number => (history.state as Entry | null)?.layers ?? 0;

/** Whether the present entry stands for a window: the next page takes its place. */
export const isLayered = (): boolean => open() > 0;

/** Opens a window; `onback` is called when the reader goes back behind it. The answer closes it again. */
export function pushLayer(onback: () => void): () => void {
  const own = open() + 1;
  history.pushState({ layers: own } satisfies Entry, '');
  const went = () => {
    if (open() < own) onback();
  };
  addEventListener('popstate', went);
  return () => {
    removeEventListener('popstate', went);
    if (open() >= own) history.go(-(open() - own + 1));
  };
}
