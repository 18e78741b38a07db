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

std::size_t open_connections(const Running& running) {
  std::size_t open = 0;
  for (const api::Connections* connections : running.connections) open += connections->open();
  return open;
}

// Has `end` called on each core with each list of connections.
template <typename End>
void on_each_core(const Running& running, End end) {
  for (std::size_t i = 0; i < running.cores.size(); ++i) {
    for (api::Connections* connections : running.connections) {
      running.cores[i].post([end, connections, &core = running.cores[i]] { end(*connections, core); });
    }
  }
}

// Waits until all connections have ended; false at the time-out or at a signal.
bool wait_for_connections(const Running& running, std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (open_connections(running) > 0) {
    const int signal = running.signals.wait(kLook);
    const bool is_hurried = signal != 0 && signal != SIGHUP;  // which a terminal's end may send twice
    if (is_hurried || std::chrono::steady_clock::now() >= until) return false;
  }
  return true;
}

}  // namespace

void shut_down(const Running& running) {
  const auto begun = std::chrono::steady_clock::now();
  log::info("stopping", {{"signal", fmt::format("SIG{}", sigabbrev_np(running.signal))},
                         {"connections", open_connections(running)},
                         {"write_queue", running.writer.queued()}});
  running.status.ready = false;
  running.http.stop_accepting();
  running.metrics_http.stop_accepting();
  on_each_core(running, [](auto& connections, auto& core) { connections.shut_down(core, kComeBackSpread); });
  const bool orderly = wait_for_connections(running, running.timeout);
  running.grpc.stop(orderly ? std::max(running.timeout / 2, kCutOffTimeout) : kLook);

  running.housekeeper.stop();
  running.writer.stop();
  running.indexer.stop();
  for (runtime::BlockingPool* pool : running.pools) pool->join();
  if (!orderly) {
    on_each_core(running, [](auto& connections, auto& core) { connections.cut_off(core); });
    wait_for_connections(running, kCutOffTimeout);
  }
  running.hub.stop_pacing();
  running.cores.stop();
  log::info("stopped", {{"orderly", orderly},
                        {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()}});
  // All that was answered is committed. What could not be cut within its time still refers to the rest of the server,
  // so nothing can be destroyed in order any more.
  if (open_connections(running) > 0) std::quick_exit(0);
}

}  // namespace vestnik::app
