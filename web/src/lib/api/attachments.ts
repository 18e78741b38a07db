// Files of messages, sent ahead of them.
import { actor, heard } from './client';
import { ApiError, retryAfterMs } from './errors';
import type { Attachment, Problem } from './types';

const path = '/api/v1/attachments';
const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

export const attachmentUrl = (id: string) => `${path}/${encodeURIComponent(id)}`;
export const isPicture = ({ content_type }: Attachment) => pictures.includes(content_type);

/** Whether the server still has it: what no message has named for long is removed. */
export async function isThere(id: string): Promise<boolean> {
  try {
    const acting = actor();
    const headers: HeadersInit = acting === undefined ? {} : { Authorization: `Bearer ${acting}` };
    return (await fetch(attachmentUrl(id), { method: 'HEAD', cache: 'no-store', headers })).status !== 404;
  } catch {
    return true; // the server itself is not there now
  }
}

/** Sends one file; `onprogress` hears the share that is sent, 0 to 1. Throws ApiError, also when `signal` ends it. */
export function upload(file: File, onprogress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
  const acting = actor();
  return new Promise((resolve, reject) => {
    // fetch cannot tell how much has been sent.
    const request = new XMLHttpRequest();
    request.open('POST', `${path}?${new URLSearchParams({ name: file.name }).toString()}`);
    // What it really is the server finds out by itself.
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    if (acting !== undefined) request.setRequestHeader('Authorization', `Bearer ${acting}`);
    request.upload.onprogress = ({ loaded, total }) => onprogress(total > 0 ? loaded / total : 0);
    request.onabort = () => reject(new ApiError(0, {}));
    request.onerror = () => {
      heard(0, acting);
      reject(new ApiError(0, {}));
    };
    request.onload = () => {
      heard(request.status, acting);
      const answer = parse(request.responseText);
      if (request.status < 300) return resolve(answer as unknown as Attachment);
      reject(new ApiError(request.status, answer, retryAfterMs(request.getResponseHeader('Retry-After'))));
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function parse(text: string): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return {};
  }
}
