// The one binary: the server and its command-line clients.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <variant>

#include "app/command_line.hpp"
#include "app/server.hpp"
#include "app/version.hpp"
#include "cli/terminal.hpp"

namespace vestnik::app {
namespace {

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// A standard stream that is closed must not become somebody's socket. Writing to such an output fails; what is told to
// nobody is not missed. By the calls of the system alone: nothing is initialized yet.
[[clang::no_sanitize("address", "thread", "undefined")]] void occupy_closed_streams(int, char**, char**) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest number that is free is given.
    if (syscall(SYS_fcntl, fd, F_GETFD) == -1) {
      syscall(SYS_openat, AT_FDCWD, "/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

// Before the initializers of the libraries, one of which opens a file of its own.
[[gnu::section(".preinit_array"), gnu::used]] void (*occupy_first)(int, char**, char**) = occupy_closed_streams;

int print_version() {
  const api::BuildInfo build = build_info();
  cli::print_line(fmt::format("vestnik {} ({}, {})", build.version, build.commit, build.compiler));
  return 0;
}

int run_command_line(int argc, const char* const* argv) {
  auto line = parse_command_line(argc, argv);
  if (!line) {
    if (line.error().to_stdout) {
      cli::print_line(line.error().message);
    } else {
      fmt::print(stderr, "{}\n", line.error().message);
    }
    return line.error().code;
  }
  return std::visit(Overloaded{[](const ServeCommand& command) { return serve(command.config, command.warnings); },
                               [](const ReindexOptions& options) { return reindex(options); },
                               [](const RepairTimesOptions& options) { return repair_times(options); },
                               [](const cli::WriteOptions& options) { return cli::run_write(options); },
                               [](const cli::WatchOptions& options) { return cli::run_watch(options); },
                               [](const cli::HistoryOptions& options) { return cli::run_history(options); },
                               [](const CreateKey& options) { return run(options); },
                               [](const ListKeys& options) { return run(options); },
                               [](const RevokeKey& options) { return run(options); },
                               [](const VersionCommand&) { return print_version(); },
                               [](const auto& call) { return cli::run(call); }},
                    *line);
}

}  // namespace
}  // namespace vestnik::app

int main(int argc, char** argv) {
  try {
    return vestnik::cli::with_output_delivered(vestnik::app::run_command_line(argc, argv));
  } catch (const std::exception& error) {
    vestnik::cli::tell(error.what());
    return 1;
  }
}
