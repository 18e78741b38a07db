#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "histogram.hpp"
#include "json_line.hpp"
#include "scenarios.hpp"
#include "socket.hpp"

namespace vestnik::bench {

// Appends blocks of 4 KiB to a file without a name, each followed by fdatasync: what one commit costs at least.
int run_raw_fsync(Options& options) {
  const std::string folder = options.text("folder", "");
  const double seconds = options.seconds("seconds", 3);
  options.reject_unknown();
  if (folder.empty()) throw std::invalid_argument("--folder is missing");

  const Fd file(open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!file) throw_errno("open");
  const std::string block(4096, 'x');
  Histogram latencies;
  const std::int64_t begin = now_ns();
  const auto end = begin + static_cast<std::int64_t>(seconds * 1e9);
  for (std::int64_t now = begin; now < end;) {
    if (write(file.get(), block.data(), block.size()) != static_cast<ssize_t>(block.size())) throw_errno("write");
    if (fdatasync(file.get()) != 0) throw_errno("fdatasync");
    const std::int64_t done = now_ns();
    latencies.record(done - now);
    now = done;
  }
  JsonLine line;
  line.add("scenario", "raw-fsync");
  line.add("per_second", static_cast<double>(latencies.count()) * 1e9 / static_cast<double>(now_ns() - begin));
  line.add("latency", latencies);
  line.print();
  return 0;
}

}  // namespace vestnik::bench
