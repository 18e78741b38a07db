#include "storage/files/private_folder.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace vestnik::storage::files {

std::error_code make_private_folders(const std::string& path) {
  constexpr mode_t kMode = 0700;
  std::error_code error;
  std::filesystem::path made;
  for (const auto& part : std::filesystem::absolute(path)) {
    made /= part;
    if (mkdir(made.c_str(), kMode) != 0 && !std::filesystem::is_directory(made, error)) {
      return {errno == EEXIST ? ENOTDIR : errno, std::system_category()};
    }
  }
  return {};
}

}  // namespace vestnik::storage::files
