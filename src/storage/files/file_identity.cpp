#include "storage/files/file_identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace vestnik::storage::files {
namespace {

// Only the number of the inode is asked for, never the times: Linux gives a file whose times were read (stat) a time of
// its own for its next write, and this comes before each commit, which then takes half as long again.
bool read_status(const std::string& path, struct statx& status) {
  return statx(AT_FDCWD, path.c_str(), AT_STATX_SYNC_AS_STAT, STATX_INO, &status) == 0;
}

}  // namespace

std::optional<FileIdentity> FileIdentity::of(std::string path) {
  struct statx status{};
  if (!read_status(path, status)) return std::nullopt;
  return FileIdentity(std::move(path), {status.stx_dev_major, status.stx_dev_minor, status.stx_ino});
}

bool FileIdentity::is_gone() const {
  struct statx status{};
  if (read_status(path_, status)) return Place{status.stx_dev_major, status.stx_dev_minor, status.stx_ino} != place_;
  return errno == ENOENT || errno == ENOTDIR;  // what cannot be looked at may still be there
}

}  // namespace vestnik::storage::files
