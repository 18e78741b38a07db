#include "api/http/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kUnit = "bytes=";

// Digits only; a number beyond 64 bits is as good as the largest one.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

ByteRange find_range(const Request& request, std::uint64_t size, std::string_view etag) {
  using Kind = ByteRange::Kind;
  const ByteRange whole{.kind = Kind::kWhole, .first = 0, .size = size};
  std::string_view range = request.field("Range");
  if (request.method != "GET" || !same_in_any_case(range.substr(0, kUnit.size()), kUnit)) return whole;
  if (const std::string_view state = request.field("If-Range"); !state.empty() && state != etag) return whole;

  range = trim(range.substr(kUnit.size()));
  const auto hyphen = range.find('-');
  if (hyphen == std::string_view::npos) return whole;
  const std::string_view from = trim(range.substr(0, hyphen));
  const std::string_view to = trim(range.substr(hyphen + 1));
  const auto first = parse_number(from);
  const auto last = parse_number(to);
  if (from.empty()) {  // the last so many bytes
    if (!last) return whole;
    if (*last == 0) return {.kind = Kind::kUnsatisfiable};
    const std::uint64_t length = std::min(*last, size);
    return {.kind = Kind::kPart, .first = size - length, .size = length};
  }
  if (!first || (!to.empty() && (!last || *last < *first))) return whole;
  if (*first >= size) return {.kind = Kind::kUnsatisfiable};
  const std::uint64_t end = std::min(last.value_or(size - 1), size - 1);
  return {.kind = Kind::kPart, .first = *first, .size = end - *first + 1};
}

bool has_already(const Request& request, std::string_view etag) {
  std::string_view list = request.field("If-None-Match");
  if (trim(list) == "*") return true;
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view tag = trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

}  // namespace vestnik::api::http
