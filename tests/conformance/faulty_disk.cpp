#include "conformance/faulty_disk.hpp"

#include <algorithm>
#include <fstream>
#include <new>
#include <string_view>
#include <utility>

namespace vestnik::conformance {

// What SQLite holds for an open file; that of the real file system lies behind it in memory.
struct FaultyDisk::File {
  sqlite3_file base;
  FaultyDisk* disk;
  char* path;  // of SQLite, valid while the file is open; null for temporary files

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

// The functions that SQLite calls.
struct FaultyDiskCalls {
  using File = FaultyDisk::File;

  static File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return file_of(file).real(); }
  static sqlite3_vfs* real(sqlite3_vfs* vfs) { return static_cast<FaultyDisk*>(vfs->pAppData)->real_; }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* disk = static_cast<FaultyDisk*>(vfs->pAppData);
    auto* opened = new (file) File{.base = {}, .disk = disk, .path = const_cast<char*>(name)};
    const int code = disk->real_->xOpen(disk->real_, name, opened->real(), flags, out_flags);
    if (opened->real()->pMethods != nullptr) opened->base.pMethods = &disk->methods_;
    return code;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    auto* disk = static_cast<FaultyDisk*>(vfs->pAppData);
    const int code = disk->real_->xDelete(disk->real_, name, sync_folder);
    const std::lock_guard lock(disk->mutex_);
    if (code == SQLITE_OK) disk->images_.erase(name);
    return code;
  }

  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    auto& [base, disk, path] = file_of(file);
    if (const int fault = disk->fault_of(Call::kWrite, path); fault != SQLITE_OK) {
      // As a disk does: some of it has been written when the space ends.
      real(file)->pMethods->xWrite(real(file), bytes, count / 2, offset);
      return fault;
    }
    const int code = real(file)->pMethods->xWrite(real(file), bytes, count, offset);
    if (code == SQLITE_OK && path != nullptr) {
      const std::lock_guard lock(disk->mutex_);
      disk->images_[path].unsynced.push_back(
          {.offset = offset, .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count))});
    }
    return code;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& [base, disk, path] = file_of(file);
    const int code = real(file)->pMethods->xTruncate(real(file), size);
    if (code == SQLITE_OK && path != nullptr) {
      const std::lock_guard lock(disk->mutex_);
      disk->images_[path].unsynced.push_back({.offset = size, .bytes = {}, .is_truncation = true});
    }
    return code;
  }

  static int sync(sqlite3_file* file, int flags) {
    auto& [base, disk, path] = file_of(file);
    if (const int fault = disk->fault_of(Call::kSync, path); fault != SQLITE_OK) return fault;
    const int code = real(file)->pMethods->xSync(real(file), flags);
    if (code == SQLITE_OK && path != nullptr) {
      const std::lock_guard lock(disk->mutex_);
      auto& image = disk->images_[path];
      for (const auto& change : std::exchange(image.unsynced, {})) FaultyDisk::apply(image.synced, change);
    }
    return code;
  }
};

FaultyDisk::FaultyDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_), methods_{} {
  using Calls = FaultyDiskCalls;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.zName = "faulty";
  vfs_.pAppData = this;
  vfs_.pNext = nullptr;
  vfs_.xOpen = Calls::open;
  vfs_.xDelete = Calls::remove;
  // The real ones look at the VFS that they are given.
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    return Calls::real(vfs)->xAccess(Calls::real(vfs), name, flags, result);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* result) {
    return Calls::real(vfs)->xFullPathname(Calls::real(vfs), name, size, result);
  };

  methods_.iVersion = 2;  // shared memory for the write-ahead log, but no mapped files
  methods_.xClose = [](sqlite3_file* file) { return Calls::real(file)->pMethods->xClose(Calls::real(file)); };
  methods_.xRead = [](sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    Calls::file_of(file).disk->wait_while_held(Calls::file_of(file).path);
    return Calls::real(file)->pMethods->xRead(Calls::real(file), bytes, count, offset);
  };
  methods_.xWrite = Calls::write;
  methods_.xTruncate = Calls::truncate;
  methods_.xSync = Calls::sync;
  methods_.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
    return Calls::real(file)->pMethods->xFileSize(Calls::real(file), size);
  };
  methods_.xLock = [](sqlite3_file* file, int level) {
    return Calls::real(file)->pMethods->xLock(Calls::real(file), level);
  };
  methods_.xUnlock = [](sqlite3_file* file, int level) {
    return Calls::real(file)->pMethods->xUnlock(Calls::real(file), level);
  };
  methods_.xCheckReservedLock = [](sqlite3_file* file, int* result) {
    return Calls::real(file)->pMethods->xCheckReservedLock(Calls::real(file), result);
  };
  methods_.xFileControl = [](sqlite3_file* file, int what, void* argument) {
    return Calls::real(file)->pMethods->xFileControl(Calls::real(file), what, argument);
  };
  methods_.xSectorSize = [](sqlite3_file* file) { return Calls::real(file)->pMethods->xSectorSize(Calls::real(file)); };
  methods_.xDeviceCharacteristics = [](sqlite3_file* file) {
    return Calls::real(file)->pMethods->xDeviceCharacteristics(Calls::real(file));
  };
  methods_.xShmMap = [](sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
    return Calls::real(file)->pMethods->xShmMap(Calls::real(file), page, size, extend, memory);
  };
  methods_.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) {
    return Calls::real(file)->pMethods->xShmLock(Calls::real(file), offset, count, flags);
  };
  methods_.xShmBarrier = [](sqlite3_file* file) { Calls::real(file)->pMethods->xShmBarrier(Calls::real(file)); };
  methods_.xShmUnmap = [](sqlite3_file* file, int remove) {
    return Calls::real(file)->pMethods->xShmUnmap(Calls::real(file), remove);
  };
  sqlite3_vfs_register(&vfs_, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void FaultyDisk::fail(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
  has_failed_ = false;
}

void FaultyDisk::heal() {
  const std::lock_guard lock(mutex_);
  fault_.times = 0;
  is_holding_ = false;
  changed_.notify_all();
}

void FaultyDisk::hold_reads(int count, std::string file_ending) {
  const std::lock_guard lock(mutex_);
  held_ending_ = std::move(file_ending);
  reads_to_hold_ = count;
  is_holding_ = true;
}

void FaultyDisk::wait_until_held() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return reads_to_hold_ == 0; });
}

void FaultyDisk::wait_while_held(const char* path) {
  std::unique_lock lock(mutex_);
  const bool is_meant = path != nullptr && std::string_view(path).ends_with(held_ending_);
  if (!is_holding_ || reads_to_hold_ == 0 || !is_meant) return;
  --reads_to_hold_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !is_holding_; });
}

bool FaultyDisk::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

int FaultyDisk::fault_of(Call call, const char* path) {
  const std::lock_guard lock(mutex_);
  const bool is_meant = path != nullptr && std::string_view(path).ends_with(fault_.file_ending);
  if (fault_.times == 0 || call != fault_.call || !is_meant) return SQLITE_OK;
  if (fault_.after > 0) {
    --fault_.after;
    return SQLITE_OK;
  }
  --fault_.times;
  has_failed_ = true;
  return fault_.code;
}

void FaultyDisk::apply(std::string& bytes, const Change& change) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.is_truncation) {
    bytes.resize(offset);
    return;
  }
  bytes.resize(std::max(bytes.size(), offset + change.bytes.size()));
  bytes.replace(offset, change.bytes.size(), change.bytes);
}

void FaultyDisk::cut_power(const std::string& database, const std::filesystem::path& into, std::mt19937& random) const {
  const std::lock_guard lock(mutex_);
  std::filesystem::remove_all(into);
  std::filesystem::create_directories(into);
  for (const auto& [path, image] : images_) {
    if (!path.starts_with(database)) continue;
    auto bytes = image.synced;
    for (auto change : image.unsynced) {
      const auto luck = random() % 3;
      if (luck == 0) continue;
      if (luck == 1 && !change.is_truncation) change.bytes.resize(random() % (change.bytes.size() + 1));
      apply(bytes, change);
    }
    std::ofstream(into / std::filesystem::path(path).filename(), std::ios::binary) << bytes;
  }
}

}  // namespace vestnik::conformance
