#include "storage/sqlite/database_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/log.hpp"
#include "storage/files/descriptor.hpp"

namespace vestnik::storage::sqlite {
namespace {

constexpr mode_t kDatabaseMode = 0600;

std::unexpected<Error> has_other_names(std::string_view path, std::string_view which) {
  return fail(ErrorCode::kFailedPrecondition, fmt::format("The database {} {}", path, which));
}

// Whether something is mounted on the file itself.
bool is_mount_point(const std::string& path) {
  struct statx status{};
  return statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, 0, &status) == 0 &&
         (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

}  // namespace

std::unexpected<Error> cannot_open(std::string_view path, std::string_view why) {
  return fail(ErrorCode::kUnavailable, fmt::format("The database {} cannot be opened: {}.", path, why));
}

Result<std::string> path_of_file(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) return cannot_open(path, std::system_category().message(errno));
    // Where a link leads to nothing yet, this makes what it leads to.
    const files::Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kDatabaseMode));
    if (!file || fstat(file.number(), &status) != 0) {
      return cannot_open(path, std::system_category().message(errno));
    }
  }
  std::error_code error;
  std::string real = std::filesystem::canonical(path, error).string();
  if (error) return cannot_open(path, error.message());
  if (S_ISDIR(status.st_mode)) return cannot_open(path, "it is a folder");
  if (status.st_nlink > 1) {
    return has_other_names(
        path,
        fmt::format("has {} names (hard links), and what is written under one of them is missing under the other. "
                    "Remove all but one; find -samefile {} lists them.",
                    status.st_nlink, real));
  }
  if (is_mount_point(real)) {
    return has_other_names(path, "is mounted by itself, without the files beside it. Mount its folder.");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    log::warn("other users of this machine may use the database; chmod 600 takes that away",
              {{"path", real}, {"mode", fmt::format("{:o}", status.st_mode & ALLPERMS)}});
  }
  return real;
}

}  // namespace vestnik::storage::sqlite
