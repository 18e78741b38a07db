// Writes the stream away from the page: timers of a page in the background are slowed down, a worker's are not.
import { actAs, api } from '../api/client';
import { newNonce } from '../nonce';
import type { FromWriter, ToWriter } from './protocol';
import { sampleText } from './sample';
import { Writer } from './writer';

const reportMs = 200;

let writer: Writer | undefined;
let reports: ReturnType<typeof setInterval> | undefined;

self.onmessage = ({ data }: MessageEvent<ToWriter>) => {
  switch (data.do) {
    case 'start':
      writer?.stop();
      actAs(data.session);
      writer = new Writer({
        rate: data.rate,
        firstSeq: data.firstSeq,
        author: data.author,
        text: () => sampleText(data.longest),
        nonce: newNonce,
        send: (message) => api.send(data.room, message),
      });
      break;
    case 'stop':
      writer?.stop();
      break;
    case 'retry_failed':
      writer?.retryFailed();
      break;
  }
  report();
  reports ??= setInterval(report, reportMs);
};

/** The last report is the one that has nothing under way any more. */
function report(): void {
  const progress = writer?.progress;
  if (!progress) return;
  self.postMessage({ on: 'progress', progress } satisfies FromWriter);
  if (progress.running || progress.underway > 0) return;
  clearInterval(reports);
  reports = undefined;
}
