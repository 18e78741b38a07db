#include "api/http/head_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/http/host.hpp"
#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

std::optional<HeadFault> check_line_ends(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return HeadFault{.reason = "a line ends with a bare LF"};
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] != '\n') {
      return HeadFault{.reason = "a CR stands outside a line end"};
    }
    if (bytes[i] == '\0') return HeadFault{.reason = "there is a NUL in the head"};
  }
  return std::nullopt;
}

HeadFault too_large(const HeadLimits& limits) {
  return {.status = 431,
          .reason = fmt::format("the head is larger than {} bytes (--max-header-bytes)", limits.bytes_max)};
}

// Besides those of framing: which of two would count, others may see differently.
constexpr std::array<std::string_view, 5> kOnlyOnce = {"Authorization", "Content-Type", "Content-Encoding",
                                                       "Idempotency-Key", "Last-Event-ID"};

// What has been seen of the fields that decide where the body ends and for whom the request is.
struct Framing {
  int content_lengths = 0;
  int hosts = 0;
  std::array<int, kOnlyOnce.size()> others{};
  bool chunked = false;

  std::optional<HeadFault> take(std::string_view name, std::string_view value) {
    if (same_in_any_case(name, "content-length")) {
      const bool digits = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
      if (!digits || value.size() > 18) return HeadFault{.reason = "Content-Length is not a plain number"};
      if (++content_lengths > 1) return HeadFault{.reason = "there is more than one Content-Length"};
    } else if (same_in_any_case(name, "transfer-encoding")) {
      if (chunked || !same_in_any_case(value, "chunked"))
        return HeadFault{.reason = "Transfer-Encoding is not just chunked"};
      chunked = true;
    } else if (same_in_any_case(name, "host")) {
      if (++hosts > 1) return HeadFault{.reason = "there is more than one Host"};
      if (!value.empty() && !parse_host(value)) return HeadFault{.reason = "Host is not a host name and a port"};
    }
    for (std::size_t i = 0; i < kOnlyOnce.size(); ++i) {
      if (!same_in_any_case(name, kOnlyOnce[i]) || ++others[i] == 1) continue;
      return HeadFault{.reason = fmt::format("there is more than one {}", kOnlyOnce[i])};
    }
    if (chunked && content_lengths > 0) {
      return HeadFault{.reason = "there are both Content-Length and Transfer-Encoding"};
    }
    return std::nullopt;
  }
};

// Reads the lines of `fields` up to the empty one; `take` looks at each field.
template <typename Take>
std::optional<HeadFault> check_fields(std::string_view fields, const HeadLimits& limits, Take take) {
  for (std::size_t count = 0; !fields.starts_with("\r\n"); ++count) {
    if (count == limits.fields_max) {
      return HeadFault{.status = 431,
                       .reason = fmt::format("there are more than {} fields (--max-header-fields)", limits.fields_max)};
    }
    const auto line_end = fields.find("\r\n");
    const std::string_view line = fields.substr(0, line_end);
    fields.remove_prefix(line_end + 2);
    if (line.front() == ' ' || line.front() == '\t') return HeadFault{.reason = "a field is folded over lines"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return HeadFault{.reason = "a field has no name"};
    const std::string_view name = line.substr(0, colon);
    if (name.find_first_of(" \t") != std::string_view::npos) {
      return HeadFault{.reason = "there is white space in the name of a field"};
    }
    if (auto fault = take(name, trim(line.substr(colon + 1)))) return fault;
  }
  return std::nullopt;
}

}  // namespace

std::size_t find_head_end(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

std::optional<HeadFault> check_partial_head(std::string_view bytes, const HeadLimits& limits) {
  if (bytes.size() > limits.bytes_max) return too_large(limits);
  return check_line_ends(bytes);
}

std::optional<HeadFault> check_head(std::string_view head, const HeadLimits& limits) {
  if (head.size() > limits.bytes_max) return too_large(limits);
  if (auto fault = check_line_ends(head)) return fault;

  const auto line_end = head.find("\r\n");
  const bool is_http_1_1 = head.substr(0, line_end).ends_with(" HTTP/1.1");
  Framing framing;
  const auto take = [&framing](std::string_view name, std::string_view value) { return framing.take(name, value); };
  if (auto fault = check_fields(head.substr(line_end + 2), limits, take)) return fault;
  if (is_http_1_1 && framing.hosts == 0) return HeadFault{.reason = "Host is missing"};
  // RFC 9112, section 6.1: whoever is in front of us may not have understood it.
  if (!is_http_1_1 && framing.chunked) return HeadFault{.reason = "Transfer-Encoding needs HTTP/1.1"};
  return std::nullopt;
}

std::optional<HeadFault> check_trailers(std::string_view lines, const HeadLimits& limits) {
  if (auto fault = check_line_ends(lines)) return fault;
  return check_fields(lines, limits, [](std::string_view, std::string_view) { return std::optional<HeadFault>(); });
}

}  // namespace vestnik::api::http
