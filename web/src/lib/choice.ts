const order = new Intl.Collator(undefined, { numeric: true });

/** What of these names holds `typed`, in any case: first those that begin with it, then by name. */
export function matching(names: readonly string[], typed: string): string[] {
  const wanted = simple(typed.trim());
  const found = names.map((name) => ({ name, at: simple(name).indexOf(wanted) })).filter(({ at }) => at >= 0);
  found.sort((a, b) => Number(a.at > 0) - Number(b.at > 0) || order.compare(a.name, b.name));
  return found.map(({ name }) => name);
}

function simple(text: string): string {
  return text.normalize().toLocaleLowerCase();
}
