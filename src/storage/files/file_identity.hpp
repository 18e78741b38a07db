// Which file or folder a path leads to, and whether it still does.
#pragma once

#include <sys/types.h>

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
  FileIdentity(std::string path, dev_t device, ino_t inode) : path_(std::move(path)), device_(device), inode_(inode) {}

  std::string path_;
  dev_t device_;
  ino_t inode_;
};

}  // namespace vestnik::storage::files
