// The order in which a running server stops.
#pragma once

#include <chrono>

#include "app/edge.hpp"
#include "app/live.hpp"
#include "runtime/signals.hpp"

namespace vestnik::app {

// Stops in stages: not ready, no new connections, clients are told to come back, requests in flight finish, what was
// accepted is committed and answered, then the loops end. A second signal cuts the waiting short. Nothing acknowledged
// is lost either way. `signal`: that asked for it; `timeout`: for what is in flight. On the main thread.
void shut_down(Live& live, Edge& edge, runtime::Signals& signals, int signal, std::chrono::milliseconds timeout);

}  // namespace vestnik::app
