// What a process costs: CPU time of this one, memory of another.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace vestnik::bench {

// CPU time of this process so far, user and system, in seconds.
double own_cpu_seconds();

// Memory that belongs to process `pid` alone, in bytes, from /proc/<pid>/smaps_rollup. Throws std::runtime_error when
// it cannot be read.
std::uint64_t private_bytes(pid_t pid);

}  // namespace vestnik::bench
