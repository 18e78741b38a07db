#include "usage.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace vestnik::bench {

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t private_bytes(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/smaps_rollup", pid);
  std::ifstream file(path);
  std::uint64_t kilobytes = 0;
  bool found = false;
  for (std::string word; file >> word;) {
    if (word != "Private_Clean:" && word != "Private_Dirty:") continue;
    std::uint64_t value = 0;
    file >> value;
    kilobytes += value;
    found = true;
  }
  if (!found) throw std::runtime_error(fmt::format("cannot read {}", path));
  return kilobytes * 1024;
}

}  // namespace vestnik::bench
