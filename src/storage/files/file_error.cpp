#include "storage/files/file_error.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <system_error>

#include "base/log.hpp"

namespace vestnik::storage::files {
namespace {

constexpr std::chrono::seconds kRetryAfter{10};  // a disk gets room, or an operator, in a while

}  // namespace

std::unexpected<Error> failed(std::string_view what, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  const std::string reason = std::system_category().message(code);
  if (full) {
    log::warn("attachments: the disk is full", {{"operation", what}, {"reason", reason}});
  } else {
    log::error("attachments: the disk failed", {{"operation", what}, {"reason", reason}});
  }
  return std::unexpected(Error{.code = ErrorCode::kUnavailable,
                               .detail = full ? "the disk for attachments is full; try again later"
                                              : "the disk for attachments failed; try again later",
                               .retry_after = kRetryAfter});
}

std::unexpected<Error> cannot(std::string_view what, std::string_view path, int code) {
  return fail(ErrorCode::kUnavailable, fmt::format("The folder for attachments cannot be used: {} {} failed ({}).",
                                                   what, path, std::system_category().message(code)));
}

}  // namespace vestnik::storage::files
