// Why the server does not open a socket, which a browser does not tell.
import type { Problem } from '../api/types';

/** `status` is 0 when there is no answer. `detail` is in the server's own words, `field` what it complains of. */
export interface Refusal {
  status: number;
  detail: string;
  field?: string;
}

/** Whether the page will not be taken as it is. That GET alone opens a socket, and that there are too many, says nothing. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![405, 408, 426, 429].includes(status);
}

/** A browser names the page to the server in a POST, as it does for a socket, and here shows the answer. */
export async function probe(path: string): Promise<Refusal> {
  const answer = await fetch(path, { method: 'POST', cache: 'no-store' }).catch(() => undefined);
  const problem = (await answer?.json().catch(() => undefined)) as Problem | undefined;
  const field = problem?.violations?.[0]?.field;
  const told = { status: answer?.status ?? 0, detail: problem?.detail ?? '' };
  return field === undefined ? told : { ...told, field };
}
