#include "storage/files/blob_store.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "storage/files/file_error.hpp"
#include "storage/files/private_folder.hpp"

namespace vestnik::storage {

using files::cannot;
using files::Descriptor;

namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr const char* kIncoming = "incoming";
constexpr const char* kOwner = "owner";
constexpr std::size_t kIncomingName = 24;
constexpr std::size_t kShelfDigits = 2;
constexpr const char* kLock = "lock";
constexpr std::string_view kTemporary = "vestnik-attachments-";
constexpr std::time_t kStartSeconds = 60;  // in which a new temporary folder is locked

namespace fs = std::filesystem;

Descriptor open_folder(int parent, const char* name) {
  return Descriptor(openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

// The size of a regular file; nullopt and errno when there is none.
std::optional<std::uint64_t> file_size(int folder, const std::string& name) {
  struct stat status{};
  if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  if (!S_ISREG(status.st_mode)) {
    errno = EINVAL;
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(status.st_size);
}

// Writes all of `bytes`, or says with errno why not.
bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Calls `visit` with each entry of the folder until it or the reading fails; that failure. (A range-for would throw.)
template <typename Visit>
std::error_code for_each_entry(const fs::path& folder, const Visit& visit) {
  std::error_code failure;
  fs::directory_iterator entry(folder, failure);
  while (!failure && entry != fs::directory_iterator()) {
    failure = visit(*entry);
    if (!failure) entry.increment(failure);
  }
  return failure;
}

// Whether a process could not remove its temporary folder itself: nobody holds the lock, nor is just about to.
bool is_abandoned(const fs::path& path) {
  const Descriptor folder = open_folder(AT_FDCWD, path.c_str());
  struct stat status{};
  if (!folder || fstat(folder.number(), &status) != 0 || status.st_uid != geteuid()) return false;
  if (std::time(nullptr) - status.st_mtim.tv_sec < kStartSeconds) return false;
  const Descriptor lock(openat(folder.number(), kLock, O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  return lock ? flock(lock.number(), LOCK_EX | LOCK_NB) == 0 : errno == ENOENT;
}

void sweep_temporary(const fs::path& parent) {
  static_cast<void>(for_each_entry(parent, [](const fs::directory_entry& entry) -> std::error_code {
    std::error_code ignored;
    const bool ours = entry.path().filename().string().starts_with(kTemporary);
    if (ours && is_abandoned(entry.path())) fs::remove_all(entry.path(), ignored);
    return {};
  }));
}

}  // namespace

class FileBlobStore::Upload final : public BlobUpload {
 public:
  Upload(FileBlobStore& store, Descriptor file, std::string name)
      : store_(store), file_(std::move(file)), name_(std::move(name)) {}

  ~Upload() override {
    if (kept_) return;
    unlinkat(store_.incoming_.number(), name_.c_str(), 0);
    store_.give_back(blob_.size);
  }

  Result<void> write(std::string_view bytes) override {
    if (!store_.reserve(bytes.size())) {
      return fail(
          ErrorCode::kResourceExhausted,
          fmt::format("attachments take up all of their {} bytes (--max-attachments-total-bytes)", store_.bytes_max_));
    }
    blob_.size += bytes.size();
    hash_.add(bytes);
    if (!write_all(file_.number(), bytes)) return store_.failed("write", errno);
    return {};
  }

  Result<Blob> finish() override {
    if (fsync(file_.number()) != 0) return store_.failed("fsync", errno);
    file_ = {};
    blob_.sha256 = hash_.finish();
    return blob_;
  }

  Result<void> keep() override {
    auto shelf = store_.shelf(blob_.sha256);
    if (!shelf) return std::unexpected(std::move(shelf.error()));
    const auto held = file_size(shelf->number(), blob_.sha256);
    if (held != blob_.size) {
      if (renameat(store_.incoming_.number(), name_.c_str(), shelf->number(), blob_.sha256.c_str()) != 0) {
        return store_.failed("rename", errno);
      }
      kept_ = true;
      store_.give_back(held.value_or(0));  // of a damaged file, which this one replaces
    }
    // Known content, too, may have its name only in memory so far.
    if (fsync(shelf->number()) != 0) return store_.failed("fsync of a folder", errno);
    if (store_.identity_->is_gone()) return store_.failed("the folder was removed or replaced", ENOENT);
    return {};
  }

 private:
  FileBlobStore& store_;
  Descriptor file_;
  std::string name_;  // below incoming/
  Sha256 hash_;
  Blob blob_;
  bool kept_ = false;
};

class FileBlobStore::Reader final : public BlobReader {
 public:
  Reader(const FileBlobStore& store, Descriptor file, std::uint64_t size)
      : store_(store), file_(std::move(file)), size_(size) {}

  std::uint64_t size() const override { return size_; }

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
    std::size_t got = 0;
    while (got < out.size()) {
      const ssize_t bytes = pread(file_.number(), out.data() + got, out.size() - got, static_cast<off_t>(offset + got));
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes < 0) return store_.failed("read", errno);
      if (bytes == 0) break;
      got += static_cast<std::size_t>(bytes);
    }
    return got;
  }

 private:
  const FileBlobStore& store_;
  Descriptor file_;
  std::uint64_t size_;
};

Result<std::unique_ptr<FileBlobStore>> FileBlobStore::open(std::string folder, std::string_view owner,
                                                           std::uint64_t bytes_max, OnFailure on_failure,
                                                           const IsKnown& is_known) {
  std::unique_ptr<FileBlobStore> store(new FileBlobStore(std::move(folder), bytes_max, std::move(on_failure)));
  if (auto prepared = store->prepare(owner, is_known); !prepared) return std::unexpected(std::move(prepared.error()));
  return store;
}

Result<std::unique_ptr<FileBlobStore>> FileBlobStore::open_temporary(std::uint64_t bytes_max, OnFailure on_failure) {
  std::error_code failure;
  const fs::path parent = fs::temp_directory_path(failure);
  if (!failure) sweep_temporary(parent);
  std::string folder = parent / fmt::format("{}XXXXXX", kTemporary);
  if (failure || mkdtemp(folder.data()) == nullptr) {
    return cannot("making", folder, failure ? failure.value() : errno);
  }
  auto store = open(folder, "memory", bytes_max, std::move(on_failure));
  if (store) (*store)->temporary_ = true;
  return store;
}

FileBlobStore::~FileBlobStore() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(folder_, ignored);
}

Result<void> FileBlobStore::prepare(std::string_view owner, const IsKnown& is_known) {
  if (const auto failure = files::make_private_folders(folder_)) return cannot("making", folder_, failure.value());
  root_ = Descriptor(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  identity_ = files::FileIdentity::of(folder_);
  if (!root_ || !identity_) return cannot("opening", folder_, errno);
  auto done = lock();
  if (done) done = claim(owner, is_known);
  if (done) done = sweep_incoming();
  if (!done) return done;

  auto kept = list();
  if (!kept) return std::unexpected(std::move(kept.error()));
  for (const Blob& blob : *kept) used_ += blob.size;
  found_ = std::move(*kept);
  return {};
}

Result<void> FileBlobStore::lock() {
  lock_ = Descriptor(openat(root_.number(), kLock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!lock_) return cannot("opening the lock of", folder_, errno);
  if (flock(lock_.number(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return cannot("locking", folder_, errno);
  return fail(ErrorCode::kFailedPrecondition,
              fmt::format("The folder for attachments {} is in use by another vestnik process.", folder_));
}

Result<void> FileBlobStore::claim(std::string_view owner, const IsKnown& is_known) {
  const Descriptor file(openat(root_.number(), kOwner, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!file) return cannot("opening the file \"owner\" of", folder_, errno);
  std::array<char, 256> text{};
  const ssize_t length = pread(file.number(), text.data(), text.size(), 0);
  if (length < 0) return cannot("reading the file \"owner\" of", folder_, errno);
  if (std::string_view(text.data(), static_cast<std::size_t>(length)) == owner) return {};
  bool is_free = length == 0;
  if (!is_free && is_known) {
    const auto kept = list();
    if (!kept) return std::unexpected(kept.error());
    is_free = std::ranges::all_of(*kept, is_known, &Blob::sha256);
  }
  if (is_free) {
    const bool written = lseek(file.number(), 0, SEEK_SET) == 0 && ftruncate(file.number(), 0) == 0 &&
                         write_all(file.number(), owner) && fsync(file.number()) == 0 && fsync(root_.number()) == 0;
    if (written) return {};
    return cannot("writing the file \"owner\" of", folder_, errno);
  }
  return fail(ErrorCode::kFailedPrecondition,
              fmt::format("The folder {} holds the attachments of another database; give each database its own "
                          "(--attachments).",
                          folder_));
}

Result<void> FileBlobStore::sweep_incoming() {
  if (mkdirat(root_.number(), kIncoming, kFolderMode) != 0 && errno != EEXIST)
    return cannot("making", kIncoming, errno);
  incoming_ = open_folder(root_.number(), kIncoming);
  if (!incoming_) return cannot("opening", kIncoming, errno);
  std::size_t swept = 0;
  const auto failure = for_each_entry(folder_ + "/" + kIncoming, [&](const fs::directory_entry& entry) {
    const bool gone = unlinkat(incoming_.number(), entry.path().filename().c_str(), 0) == 0;
    swept += gone ? 1 : 0;
    return gone ? std::error_code() : std::error_code(errno, std::system_category());
  });
  if (failure) return cannot("emptying", kIncoming, failure.value());
  if (swept > 0) log::info("attachments: interrupted uploads removed", {{"files", swept}});
  return {};
}

Result<std::unique_ptr<BlobUpload>> FileBlobStore::begin() {
  std::string name = make_token(kIncomingName);
  Descriptor file(
      openat(incoming_.number(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!file) return failed("open", errno);
  return std::make_unique<Upload>(*this, std::move(file), std::move(name));
}

Result<std::unique_ptr<BlobReader>> FileBlobStore::open(std::string_view sha256) {
  if (!is_sha256(sha256)) return fail(ErrorCode::kNotFound, "there is no such content");
  const std::string path = fmt::format("{}/{}", sha256.substr(0, kShelfDigits), sha256);
  Descriptor file(openat(root_.number(), path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file && errno == ENOENT) return fail(ErrorCode::kNotFound, "there is no such content");
  struct stat status{};
  if (!file || fstat(file.number(), &status) != 0) return failed("open", errno);
  return std::make_unique<Reader>(*this, std::move(file), static_cast<std::uint64_t>(status.st_size));
}

Error FileBlobStore::note_missing(std::string_view sha256) {
  return failed(fmt::format("find {} in", sha256), ENOENT).error();
}

Result<void> FileBlobStore::remove(std::string_view sha256) {
  if (!is_sha256(sha256)) return {};
  const std::string path = fmt::format("{}/{}", sha256.substr(0, kShelfDigits), sha256);
  const auto size = file_size(root_.number(), path);
  if (!size && errno == ENOENT) return {};
  if (!size || unlinkat(root_.number(), path.c_str(), 0) != 0) return failed("remove", errno);
  give_back(*size);
  return {};
}

Result<std::vector<Blob>> FileBlobStore::list() const {
  std::vector<Blob> blobs;
  const auto add_file = [&](const fs::directory_entry& file) {
    std::error_code failure;
    std::string name = file.path().filename().string();
    if (!is_sha256(name)) return failure;
    const std::uint64_t size = file.file_size(failure);
    if (!failure) blobs.push_back({.sha256 = std::move(name), .size = size});
    return failure;
  };
  const auto failure = for_each_entry(folder_, [&](const fs::directory_entry& shelf) {
    const bool holds_files = shelf.path().filename().string().size() == kShelfDigits;
    return holds_files ? for_each_entry(shelf.path(), add_file) : std::error_code();
  });
  if (failure) return cannot("listing", folder_, failure.value());
  return blobs;
}

std::unexpected<Error> FileBlobStore::failed(std::string_view what, int code) const {
  if (on_failure_) on_failure_(files::failure(what, code));
  return files::refused(code);
}

bool FileBlobStore::reserve(std::uint64_t bytes) {
  const std::uint64_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
  if (before + bytes <= bytes_max_) return true;
  give_back(bytes);
  return false;
}

Result<Descriptor> FileBlobStore::shelf(std::string_view sha256) {
  const std::string name(sha256.substr(0, kShelfDigits));
  Descriptor folder = open_folder(root_.number(), name.c_str());
  if (!folder && errno == ENOENT) {
    if (mkdirat(root_.number(), name.c_str(), kFolderMode) != 0 && errno != EEXIST) return failed("mkdir", errno);
    if (fsync(root_.number()) != 0) return failed("fsync of a folder", errno);
    folder = open_folder(root_.number(), name.c_str());
  }
  if (!folder) return failed("open of a folder", errno);
  return folder;
}

}  // namespace vestnik::storage
