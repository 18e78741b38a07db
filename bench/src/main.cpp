// vestnik-load: the load generator behind bench/run. An outside client: it knows only the protocols.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string_view>

#include "scenarios.hpp"

namespace {

using vestnik::bench::Options;

struct Scenario {
  std::string_view name;
  int (*run)(Options&);
  std::string_view help;
};

constexpr Scenario kScenarios[] = {
    {"http-post", vestnik::bench::run_http_post,
     "--port N [--connections 64] [--content-bytes 200] [--warmup 2] [--seconds 8] [--room lobby]"},
    {"ws-publish", vestnik::bench::run_ws_publish,
     "--port N [--connections 1] [--content-bytes 200] [--warmup 2] [--seconds 8] [--window 0] [--room lobby]"},
    {"fanout", vestnik::bench::run_fanout,
     "--port N [--protocol vestnik|nats|receive-only] [--subscribers 100] [--threads 1] [--content-bytes 200] "
     "[--warmup 2]\n"
     "             [--seconds 8] [--rate 0] [--window 0] [--buffer-bytes 524288] [--room lobby]"},
    {"latency", vestnik::bench::run_latency,
     "--port N [--subscribers 10] [--rate 5000] [--content-bytes 200] [--warmup 2] [--seconds 10] [--room lobby]"},
    {"idle", vestnik::bench::run_idle, "--port N --pid PID [--connections 5000] [--settle 3] [--room lobby]"},
    {"history", vestnik::bench::run_history,
     "--port N [--messages 1000000] [--pages 2000] [--content-bytes 200] [--room lobby]"},
    {"resumes", vestnik::bench::run_resumes,
     "--port N [--subscribers 5000] [--missed 100] [--after POSITION] [--room lobby]"},
    {"search", vestnik::bench::run_search, "--port N [--messages 1000000] [--searches 2000] [--room lobby]"},
    {"raw-http", vestnik::bench::run_raw_http, "[--response-bytes 500]"},
    {"raw-fanout", vestnik::bench::run_raw_fanout,
     "[--frame-bytes 340] [--threads 1] [--chunk-bytes 65536] [--send-buffer-bytes 524288]"},
    {"raw-fsync", vestnik::bench::run_raw_fsync, "--folder PATH [--seconds 3]"},
};

void print_help() {
  fmt::print(
      "usage: vestnik-load <scenario> [options]\nSeconds may have a fraction. Each scenario prints one line of "
      "JSON.\n\n");
  for (const Scenario& scenario : kScenarios) fmt::print("  {:<11}{}\n", scenario.name, scenario.help);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2 || std::string_view(arguments[1]) == "--help") {
    print_help();
    return count < 2 ? 2 : 0;
  }
  for (const Scenario& scenario : kScenarios) {
    if (scenario.name != arguments[1]) continue;
    try {
      Options options(count - 2, arguments + 2);
      return scenario.run(options);
    } catch (const std::exception& error) {
      fmt::print(stderr, "vestnik-load {}: {}\n", scenario.name, error.what());
      return 1;
    }
  }
  fmt::print(stderr, "vestnik-load: no scenario \"{}\"; vestnik-load --help lists them\n", arguments[1]);
  return 2;
}
