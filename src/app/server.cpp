#include "app/server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>

#include "app/domain.hpp"
#include "app/edge.hpp"
#include "app/health.hpp"
#include "app/live.hpp"
#include "app/shutdown.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "runtime/signals.hpp"

namespace vestnik::app {
namespace {

int cannot_start(const Error& error) {
  log::error("cannot start", {{"reason", error.detail}});
  if (!log::enabled(log::Level::kError)) fmt::print(stderr, "vestnik: cannot start: {}\n", error.detail);
  return 1;
}

// A connection is an open file: as many as the system allows, so that --max-connections is what counts. Returns how
// many connections there may be, so that some files are left for everything else.
std::uint32_t raise_open_files(std::uint32_t connections_max) {
  constexpr rlim_t kOthers = 200;  // the database, event loops, connections of gRPC
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections_max;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= connections_max + kOthers) return connections_max;
  const rlim_t allowed = limit.rlim_cur - std::min(kOthers, limit.rlim_cur / 2);
  const auto connections = static_cast<std::uint32_t>(std::clamp<rlim_t>(allowed, 1, connections_max));
  log::warn("the system allows fewer open files than --max-connections needs; raise ulimit -n or LimitNOFILE",
            {{"open_files", limit.rlim_cur}, {"max_connections", connections_max}, {"taken", connections}});
  return connections;
}

log::Format log_format(LogFormat format) {
  if (format == LogFormat::kAuto) return isatty(STDERR_FILENO) != 0 ? log::Format::kText : log::Format::kJson;
  return format == LogFormat::kJson ? log::Format::kJson : log::Format::kText;
}

// Once a second: remembers the latencies, and tells what an operator must know; now and then the status line.
Task<void> watch_status(Ground& ground, api::ServerStatus& status, TimeWatch& time,
                        std::chrono::milliseconds interval) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto next_line = std::chrono::steady_clock::now() + interval;
  while (true) {
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait(kUseAwaitable);
    status.tick();
    ground.store_failures.tell_counts();
    time.look();
    if (interval.count() > 0 && std::chrono::steady_clock::now() >= next_line) {
      status.log_status();
      next_line += interval;
    }
  }
}

std::string url_of(const std::string& address, std::uint16_t port) {
  const bool is_ipv6 = address.find(':') != std::string::npos;
  const std::string host = address == "127.0.0.1" ? "localhost" : is_ipv6 ? fmt::format("[{}]", address) : address;
  return fmt::format("http://{}:{}", host, port);
}

void write_ports(const std::string& path, const Ports& ports) {
  if (path.empty()) return;
  // Written beside and renamed, so that who waits for the file never reads half of it.
  const std::string beside = path + ".new";
  std::ofstream(beside) << fmt::format(R"({{"http":{},"grpc":{},"metrics":{}}})", ports.http, ports.grpc, ports.metrics)
                        << '\n';
  std::error_code failure;
  std::filesystem::rename(beside, path, failure);
  if (failure) log::error("the ports file could not be written", {{"path", path}, {"reason", failure.message()}});
}

}  // namespace

int serve(const ServerConfig& config, std::span<const std::string> warnings) {
  runtime::Signals signals;
  log::start(config.logging.level, log_format(config.logging.format));
  const log::Background logging;
  for (const std::string& warning : warnings) log::warn(warning);
  const std::uint32_t connections_max = raise_open_files(config.limits.max_connections);

  Ground ground(config);
  ground.metrics.gauge("log_lines_dropped", "Lines of the log that could not be written, since the start.",
                       [&logging] { return static_cast<double>(logging.dropped_lines()); });
  auto domain = Domain::open(ground, config);
  if (!domain) return cannot_start(domain.error());
  TimeWatch time((*domain)->chat);
  time.look();
  Live live(ground, **domain, config);
  Edge edge(ground, **domain, live, config, connections_max);
  const auto ports = edge.listen(config.listening);
  if (!ports) return cannot_start(ports.error());

  live.cores.start();
  edge.accept();
  live.start(**domain);
  asio::co_spawn(live.cores[0].context(), watch_status(ground, edge.status, time, config.logging.status_interval),
                 asio::detached);
  edge.status.ready = true;
  write_ports(config.listening.ports_file, *ports);
  const api::BuildInfo build = build_info();
  log::info("ready", {{"url", url_of(config.listening.address, ports->http)},
                      {"http_port", ports->http},
                      {"grpc_port", ports->grpc},
                      {"metrics_port", ports->metrics},
                      {"store", (*domain)->store->description()},
                      {"cores", live.cores.size()},
                      {"version", build.version},
                      {"commit", build.commit}});

  int signal = 0;
  while (signal == 0) signal = signals.wait(std::chrono::hours(1));
  shut_down(live, edge, signals, signal, config.timeouts.shutdown);
  return 0;
}

}  // namespace vestnik::app
