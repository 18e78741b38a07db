#include "app/shutdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/log.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;

// Clients come back over this span, so that the server that takes over is not stormed.
constexpr std::chrono::milliseconds kComeBackSpread = 2s;
constexpr std::chrono::milliseconds kCutOffTimeout = 1s;
constexpr std::chrono::milliseconds kLook = 20ms;

std::size_t open_connections(const Edge& edge) {
  return edge.connections.open() + edge.metrics_connections.open();
}

// Has `end` called on each core with each list of connections.
template <typename End>
void on_each_core(Live& live, Edge& edge, End end) {
  for (std::size_t i = 0; i < live.cores.size(); ++i) {
    live.cores[i].post([end, &edge, &core = live.cores[i]] {
      end(edge.connections, core);
      end(edge.metrics_connections, core);
    });
  }
}

// Waits until all connections have ended; false at the time-out or at a signal.
bool wait_for_connections(const Edge& edge, runtime::Signals& signals, std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (open_connections(edge) > 0) {
    const int signal = signals.wait(kLook);
    const bool is_hurried = signal != 0 && signal != SIGHUP;  // which a terminal's end may send twice
    if (is_hurried || std::chrono::steady_clock::now() >= until) return false;
  }
  return true;
}

}  // namespace

void shut_down(Live& live, Edge& edge, runtime::Signals& signals, int signal, std::chrono::milliseconds timeout) {
  const auto begun = std::chrono::steady_clock::now();
  log::info("stopping", {{"signal", fmt::format("SIG{}", sigabbrev_np(signal))},
                         {"connections", open_connections(edge)},
                         {"write_queue", live.writer.queued()}});
  edge.status.ready = false;
  edge.http.stop_accepting();
  edge.metrics_http.stop_accepting();
  on_each_core(live, edge, [](auto& connections, auto& core) { connections.shut_down(core, kComeBackSpread); });
  const bool orderly = wait_for_connections(edge, signals, timeout);
  edge.grpc.stop(orderly ? std::max(timeout / 2, kCutOffTimeout) : kLook);

  live.housekeeper.stop();
  live.writer.stop();
  live.indexer.stop();
  live.pool.join();
  live.search_pool.join();
  if (!orderly) {
    on_each_core(live, edge, [](auto& connections, auto& core) { connections.cut_off(core); });
    wait_for_connections(edge, signals, kCutOffTimeout);
  }
  live.hub.stop_pacing();
  live.cores.stop();
  log::info("stopped", {{"orderly", orderly},
                        {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()}});
  // All that was answered is committed. What could not be cut within its time still refers to the rest of the server,
  // so nothing can be destroyed in order any more.
  if (open_connections(edge) > 0) std::quick_exit(0);
}

}  // namespace vestnik::app
