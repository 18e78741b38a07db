// A disk with faults on request, below SQLite: full, failing, or cut from its power (https://sqlite.org/vfs.html).
#pragma once

#include <sqlite3.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace vestnik::conformance {

enum class Call : std::uint8_t { kWrite, kSync };

struct Fault {
  Call call = Call::kWrite;
  int code = SQLITE_OK;          // what such calls answer
  int after = 0;                 // calls that still succeed
  int times = 0;                 // calls that then fail
  std::string file_ending = "";  // only of files with such names
};

// Every database opened during its life lies on this disk. One at a time; faults may be asked for from any thread.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  void fail(Fault fault);
  void heal();
  // The next `count` reads of files with such names do not return before heal().
  void hold_reads(int count, std::string file_ending);
  // Until all of them have come.
  void wait_until_held();
  // Whether an asked fault has happened since fail().
  bool has_failed() const;

  // Writes the files of the database at `path` into another folder as a power cut at this moment may leave them: what
  // was synced, and any part of what came later.
  void cut_power(const std::string& path, const std::filesystem::path& into, std::mt19937& random) const;

 private:
  struct Change {
    std::int64_t offset = 0;
    std::string bytes;
    bool is_truncation = false;  // to `offset` bytes
  };
  struct Image {
    std::string synced;
    std::vector<Change> unsynced;  // in their order
  };
  struct File;
  friend struct FaultyDiskCalls;

  static void apply(std::string& bytes, const Change& change);
  int fault_of(Call call, const char* path);
  void wait_while_held(const char* path);

  mutable std::mutex mutex_;
  std::map<std::string, Image> images_;  // by path
  Fault fault_;
  bool has_failed_ = false;
  std::condition_variable changed_;
  std::string held_ending_;
  int reads_to_hold_ = 0;
  bool is_holding_ = false;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  sqlite3_io_methods methods_;
};

}  // namespace vestnik::conformance
