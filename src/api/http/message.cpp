#include "api/http/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "api/http/body.hpp"
#include "api/transcoder/problem.hpp"
#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

// "q=0", with or without decimals: not acceptable (RFC 9110, section 12.4.2).
bool is_zero_weight(std::string_view parameter) {
  return parameter.size() > 2 && same_in_any_case(parameter.substr(0, 2), "q=") &&
         parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

// Whether a comma-separated list has the token, and does not refuse it.
bool lists(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    const auto semicolon = item.find(';');
    const std::string_view weight = semicolon == std::string_view::npos ? "" : trim(item.substr(semicolon + 1));
    if (same_in_any_case(trim(item.substr(0, semicolon)), token)) return !is_zero_weight(weight);
  }
  return false;
}

// Fields of every answer: nothing is sniffed, framed, or told to others; an API answer is not kept.
constexpr std::string_view kCommonFields =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

}  // namespace

std::optional<std::string_view> Request::find_field(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields, [name](const auto& each) { return same_in_any_case(each.first, name); });
  return found == fields.end() ? std::nullopt : std::optional(found->second);
}

bool Request::has_token(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(
      fields, [&](const auto& each) { return same_in_any_case(each.first, name) && lists(each.second, token); });
}

Response make_problem(const Error& error, int status, std::string_view request_id) {
  Response response{.status = status, .content_type = kProblemContentType, .limit = error.limit};
  append_problem_json(response.body, error, status, request_id);
  const bool come_back = status == 429 || status == 503;
  if (come_back || error.retry_after.count() > 0) {
    response.fields.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(1, error.retry_after.count())));
  }
  return response;
}

Response make_problem(const Error& error, std::string_view request_id) {
  return make_problem(error, http_status(error.code), request_id);
}

Response method_not_allowed(std::string_view allowed, std::string_view request_id) {
  const Error error{.code = ErrorCode::kUnimplemented, .detail = fmt::format("this path has only {}", allowed)};
  Response response = make_problem(error, 405, request_id);
  response.fields.emplace_back("Allow", allowed);
  return response;
}

bool has_body(const Response& response, const Request& request) {
  return request.method != "HEAD" && response.status != 204 && response.status != 304;
}

bool is_chunked(const Response& response, const Request& request) {
  return response.stream != nullptr && !request.http_1_0;
}

void append_chunk(std::string& out, std::string_view piece) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out.append(piece).append("\r\n");
}

void append_response(std::string& out, const Response& response, const Request& request, std::string_view request_id,
                     bool keep_alive) {
  const std::size_t body_size = response.shared_body.empty() ? response.body.size() : response.shared_body.size();
  const bool has_cache_control =
      std::ranges::any_of(response.fields, [](const auto& each) { return each.first == "Cache-Control"; });
  auto at = std::back_inserter(out);
  fmt::format_to(at, "HTTP/1.1 {} {}\r\n", response.status, title(response.status));
  const bool has_content = response.status != 204 && response.status != 304;
  if (has_content) fmt::format_to(at, "Content-Type: {}\r\n", response.content_type);
  if (is_chunked(response, request)) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (has_content && response.stream == nullptr) {
    fmt::format_to(at, "Content-Length: {}\r\n", response.source != nullptr ? response.source->size() : body_size);
  }
  out += kCommonFields;
  if (!has_cache_control) out += "Cache-Control: no-store\r\n";
  out.append("X-Request-Id: ").append(request_id).append("\r\n");
  for (const auto& [name, value] : response.fields) out.append(name).append(": ").append(value).append("\r\n");
  if (!keep_alive) {
    out += "Connection: close\r\n";
  } else if (request.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (!has_body(response, request) || !response.shared_body.empty()) return;
  if (is_chunked(response, request)) {
    append_chunk(out, response.body);
  } else {
    out += response.body;
  }
}

}  // namespace vestnik::api::http
