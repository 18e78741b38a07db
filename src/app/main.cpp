// The one binary: the server and its command-line clients.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <variant>

#include "app/command_line.hpp"
#include "app/server.hpp"
#include "app/version.hpp"

namespace vestnik::app {
namespace {

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

int print_version() {
  const api::BuildInfo build = build_info();
  fmt::print("vestnik {} ({}, {})\n", build.version, build.commit, build.compiler);
  return 0;
}

int run(int argc, const char* const* argv) {
  auto line = parse_command_line(argc, argv);
  if (!line) {
    fmt::print(line.error().to_stdout ? stdout : stderr, "{}\n", line.error().message);
    return line.error().code;
  }
  return std::visit(Overloaded{[](const ServeCommand& command) { return serve(command.config, command.warnings); },
                               [](const ReindexOptions& options) { return reindex(options); },
                               [](const cli::WriteOptions& options) { return cli::run_write(options); },
                               [](const cli::WatchOptions& options) { return cli::run_watch(options); },
                               [](const cli::HistoryOptions& options) { return cli::run_history(options); },
                               [](const VersionCommand&) { return print_version(); },
                               [](const auto& call) { return cli::run(call); }},
                    *line);
}

}  // namespace
}  // namespace vestnik::app

int main(int argc, char** argv) {
  try {
    return vestnik::app::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "vestnik: {}\n", error.what());
    return 1;
  }
}
