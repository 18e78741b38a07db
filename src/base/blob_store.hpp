// The port behind which large contents such as attachments are kept, addressed by their SHA-256.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace vestnik {

// Content that is kept.
struct Blob {
  std::string sha256;  // 64 lower-case hexadecimal digits
  std::uint64_t size = 0;
};

// Content on its way in. What is not kept vanishes when this is destroyed. One thread at a time; calls block.
class BlobUpload {
 public:
  virtual ~BlobUpload() = default;

  // Appends. Errors: resource_exhausted (the store holds as many bytes as it may), unavailable (the disk is full or
  // failed). After an error nothing can be appended or kept.
  virtual Result<void> write(std::string_view bytes) = 0;
  // Ends the content and makes its bytes durable, still without a name. Errors: unavailable.
  virtual Result<Blob> finish() = 0;
  // Puts finished content into the store, durably; content that it has already stays the one it is. Not at the same
  // time as another keep or remove of that content. Errors: unavailable.
  virtual Result<void> keep() = 0;
};

// Content that is read, even if it is removed meanwhile. One thread at a time; calls block.
class BlobReader {
 public:
  virtual ~BlobReader() = default;

  virtual std::uint64_t size() const = 0;
  // Fills `out` from `offset` on; out.size() bytes unless the content ends before. Errors: unavailable.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> out) = 0;
};

// Calls block. Any thread.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Errors: unavailable.
  virtual Result<std::unique_ptr<BlobUpload>> begin() = 0;
  // Errors: not_found, unavailable.
  virtual Result<std::unique_ptr<BlobReader>> open(std::string_view sha256) = 0;
  // Content that was kept, and never removed, is not found: tells of this failure. unavailable.
  virtual Error note_missing(std::string_view sha256) = 0;
  // Content that is not there is no error. Errors: unavailable.
  virtual Result<void> remove(std::string_view sha256) = 0;
  // Bytes kept and on their way in.
  virtual std::uint64_t used_bytes() const = 0;
};

}  // namespace vestnik
