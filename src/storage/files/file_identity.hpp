// Which file or folder a path leads to, and whether it still does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace vestnik::storage::files {

// What was at a path once. Any thread.
class FileIdentity {
 public:
  // nullopt when nothing is at `path`.
  static std::optional<FileIdentity> of(std::string path);

  const std::string& path() const { return path_; }
  // Whether the path leads to it no longer: it was removed, renamed, or another one took its place.
  bool is_gone() const;

 private:
  struct Place {
    std::uint32_t device_major;
    std::uint32_t device_minor;
    std::uint64_t inode;
    bool operator==(const Place&) const = default;
  };

  FileIdentity(std::string path, Place place) : path_(std::move(path)), place_(place) {}

  std::string path_;
  Place place_;
};

}  // namespace vestnik::storage::files
