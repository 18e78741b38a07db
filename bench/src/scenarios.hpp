// The subcommands of vestnik-load. Each reads its options, works for a bounded time, prints one line of JSON and
// returns the exit code.
#pragma once

#include "options.hpp"

namespace vestnik::bench {

// Closed loop of POSTs over kept HTTP connections.
int run_http_post(Options& options);
// Pipelined writers over WebSockets, until every message has come back.
int run_ws_publish(Options& options);
// One writer, many subscribers, over Vestnik's /ws or NATS.
int run_fanout(Options& options);
// Time from the intended send to the arrival at each subscriber, at a fixed rate.
int run_latency(Options& options);
// Memory of the server per idle WebSocket.
int run_idle(Options& options);
// Pages from anywhere in a long history.
int run_history(Options& options);
// Many subscribers who come back at the same time with their positions.
int run_resumes(Options& options);
// Searches in a long history, and how long the index needs for it.
int run_search(Options& options);
// The raw limits: a bare HTTP responder and a bare sender of WebSocket frames (both print their port and serve until
// they are terminated), and the disk's fdatasync.
int run_raw_http(Options& options);
int run_raw_fanout(Options& options);
int run_raw_fsync(Options& options);

}  // namespace vestnik::bench
