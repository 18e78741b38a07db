// SHA-256 (FIPS 180-4): of bytes that arrive in pieces, and of those at hand.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace vestnik {

// One digest. Throws std::runtime_error when the system's library fails, which input cannot cause.
class Sha256 {
 public:
  Sha256();

  void add(std::string_view bytes);
  // 64 lower-case hexadecimal digits. Nothing is added afterwards.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// The digest of all of `bytes`, as Sha256 gives it. Any thread.
std::string sha256_hex(std::string_view bytes);
// Whether `text` is of the form that Sha256 gives.
bool is_sha256(std::string_view text);

}  // namespace vestnik
