import type { Stats } from '../api/types';

/** The state of the server at one moment. Values are null where nothing is known, so that charts show a gap there. */
export interface Sample {
  /** Seconds since 1970, as uPlot wants it. */
  time: number;
  messages: number | null;
  deliveries: number | null;
  requests: number | null;
  commitP50: number | null;
  commitP99: number | null;
  requestP50: number | null;
  requestP99: number | null;
  fanoutP50: number | null;
  fanoutP99: number | null;
  http: number | null;
  websocket: number | null;
  sse: number | null;
  grpc: number | null;
  queue: number | null;
  windowBytes: number | null;
}

export type Measure = Exclude<keyof Sample, 'time'>;

const measures: Measure[] = [
  ...(['messages', 'deliveries', 'requests'] as const),
  ...(['commitP50', 'commitP99', 'requestP50', 'requestP99', 'fanoutP50', 'fanoutP99'] as const),
  ...(['http', 'websocket', 'sse', 'grpc', 'queue', 'windowBytes'] as const),
];

export interface Reading {
  /** Milliseconds of a monotonic clock. */
  at: number;
  stats: Stats;
}

/** `previous` is missing for the first reading; rates are then unknown, as they are when the server began anew in between. */
export function sample(time: number, reading: Reading, previous: Reading | undefined): Sample {
  const { stats } = reading;
  const rate = (counter: 'messages_committed' | 'deliveries' | 'requests') => {
    const difference = previous ? stats[counter] - previous.stats[counter] : -1;
    const seconds = previous ? (reading.at - previous.at) / 1000 : 0;
    return difference < 0 || seconds <= 0 ? null : difference / seconds;
  };
  const commit = latency(stats, 'commit');
  const request = latency(stats, 'request');
  const fanout = latency(stats, 'fanout');
  return {
    time,
    messages: rate('messages_committed'),
    deliveries: rate('deliveries'),
    requests: rate('requests'),
    commitP50: commit.p50,
    commitP99: commit.p99,
    requestP50: request.p50,
    requestP99: request.p99,
    fanoutP50: fanout.p50,
    fanoutP99: fanout.p99,
    http: stats.connections.http,
    websocket: stats.connections.websocket,
    sse: stats.connections.sse,
    grpc: stats.connections.grpc,
    queue: stats.write_queue,
    windowBytes: stats.window_bytes,
  };
}

/** A moment in which the server did not answer. */
export function silence(time: number): Sample {
  const nothing = Object.fromEntries(measures.map((measure) => [measure, null])) as Record<Measure, null>;
  return { time, ...nothing };
}

/** Latencies of nothing are no latencies of zero. */
function latency(stats: Stats, of: 'commit' | 'request' | 'fanout'): { p50: number | null; p99: number | null } {
  const { p50_ms, p99_ms, count } = stats[of];
  return count > 0 ? { p50: p50_ms, p99: p99_ms } : { p50: null, p99: null };
}
