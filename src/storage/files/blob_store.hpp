// Attachments' bytes as files of one folder: <folder>/<two digits>/<SHA-256>, and <folder>/incoming/ for what is not
// whole yet. No name comes from a client.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/blob_store.hpp"
#include "storage/files/descriptor.hpp"
#include "storage/files/file_identity.hpp"
#include "storage/on_failure.hpp"

namespace vestnik::storage {

class FileBlobStore final : public BlobStore {
 public:
  using IsKnown = std::function<bool(std::string_view sha256)>;

  // Creates what is missing, removes what interrupted uploads have left, and counts what is kept. The folder is this
  // process's alone until the end, and belongs to `owner` (which names the database that knows the attachments) for
  // ever, since content that this database does not know is removed; one of another owner is taken over when its
  // content `is_known`, all of it. At most `bytes_max` in all. Errors, as sentences for the operator:
  // failed_precondition (in use, or another owner's), unavailable (which path and why).
  static Result<std::unique_ptr<FileBlobStore>> open(std::string folder, std::string_view owner,
                                                     std::uint64_t bytes_max, OnFailure on_failure = {},
                                                     const IsKnown& is_known = {});
  // In a folder of its own among the system's temporary files, which is removed at the end, or, after a kill, by the
  // next process that opens one.
  static Result<std::unique_ptr<FileBlobStore>> open_temporary(std::uint64_t bytes_max, OnFailure on_failure = {});
  ~FileBlobStore() override;

  // What open() found; once, then nothing.
  std::vector<Blob> take_found() { return std::exchange(found_, {}); }
  // Everything kept. Blocks. Errors: as those of open().
  Result<std::vector<Blob>> list() const;

  Result<std::unique_ptr<BlobUpload>> begin() override;
  Result<std::unique_ptr<BlobReader>> open(std::string_view sha256) override;
  Error note_missing(std::string_view sha256) override;
  Result<void> remove(std::string_view sha256) override;
  std::uint64_t used_bytes() const override { return used_.load(std::memory_order_relaxed); }

 private:
  class Upload;
  class Reader;

  FileBlobStore(std::string folder, std::uint64_t bytes_max, OnFailure on_failure)
      : folder_(std::move(folder)), bytes_max_(bytes_max), on_failure_(std::move(on_failure)) {}

  Result<void> prepare(std::string_view owner, const IsKnown& is_known);
  Result<void> lock();
  Result<void> claim(std::string_view owner, const IsKnown& is_known);
  Result<void> sweep_incoming();
  // Counts `bytes` as used; false when there is no room for them.
  bool reserve(std::uint64_t bytes);
  void give_back(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  // The folder of that content, made when it is missing.
  Result<files::Descriptor> shelf(std::string_view sha256);

  // Tells the operator why something failed; the error for the client.
  std::unexpected<Error> failed(std::string_view what, int code) const;

  const std::string folder_;
  const std::uint64_t bytes_max_;
  const OnFailure on_failure_;
  std::optional<files::FileIdentity> identity_;  // of the folder
  bool temporary_ = false;
  std::vector<Blob> found_;
  std::atomic<std::uint64_t> used_{0};
  files::Descriptor lock_;
  files::Descriptor root_;
  files::Descriptor incoming_;
};

}  // namespace vestnik::storage
