#include "storage/files/file_error.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <system_error>

namespace vestnik::storage::files {
namespace {

constexpr std::chrono::seconds kRetryAfter{10};  // a disk gets room, or an operator, in a while

}  // namespace

std::unexpected<Error> refused(int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return std::unexpected(Error{.code = ErrorCode::kUnavailable,
                               .detail = full ? "the disk for attachments is full; try again later"
                                              : "the disk for attachments failed; try again later",
                               .retry_after = kRetryAfter});
}

Error failure(std::string_view what, int code) {
  return {
      .code = ErrorCode::kUnavailable,
      .detail = fmt::format("The folder for attachments failed: {} ({}).", what, std::system_category().message(code))};
}

std::unexpected<Error> cannot(std::string_view what, std::string_view path, int code) {
  return fail(ErrorCode::kUnavailable, fmt::format("The folder for attachments cannot be used: {} {} failed ({}).",
                                                   what, path, std::system_category().message(code)));
}

}  // namespace vestnik::storage::files
