#include "storage/files/file_identity.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace vestnik::storage::files {

std::optional<FileIdentity> FileIdentity::of(std::string path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity(std::move(path), status.st_dev, status.st_ino);
}

bool FileIdentity::is_gone() const {
  struct stat status{};
  if (stat(path_.c_str(), &status) == 0) return status.st_dev != device_ || status.st_ino != inode_;
  return errno == ENOENT || errno == ENOTDIR;  // what cannot be looked at may still be there
}

}  // namespace vestnik::storage::files
