#include "storage/sqlite/process_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace vestnik::storage::sqlite {
namespace {

std::string read_owner(int descriptor) {
  std::array<char, 32> text{};
  const auto length = pread(descriptor, text.data(), text.size(), 0);
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "unknown";
}

}  // namespace

Result<ProcessLock> ProcessLock::acquire(const std::string& file, const std::string& database) {
  constexpr mode_t kMode = 0600;
  const std::string path = file + ".lock";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode);
  if (descriptor < 0) {
    return fail(ErrorCode::kUnavailable, fmt::format("The database {} cannot be opened: {} cannot be written ({}).",
                                                     database, path, std::system_category().message(errno)));
  }
  ProcessLock lock(descriptor);
  // Earlier versions made one that everybody could open. Not ours: then its owner decides.
  [[maybe_unused]] const int changed = fchmod(descriptor, kMode);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(ErrorCode::kFailedPrecondition,
                  fmt::format("The database {} is in use by another vestnik process (pid {}).", database,
                              read_owner(descriptor)));
    }
    return fail(ErrorCode::kUnavailable, fmt::format("The database {} cannot be opened: {} cannot be locked ({}).",
                                                     database, path, std::system_category().message(errno)));
  }
  // The pid only serves the sentence above, so a disk that has no room for it is no reason to stop.
  const std::string pid = std::to_string(getpid());
  const bool written = ftruncate(descriptor, 0) == 0 && pwrite(descriptor, pid.data(), pid.size(), 0) > 0;
  static_cast<void>(written);
  return lock;
}

ProcessLock::ProcessLock(ProcessLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

ProcessLock::~ProcessLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace vestnik::storage::sqlite
