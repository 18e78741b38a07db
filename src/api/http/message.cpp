#include "api/http/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "api/transcoder/problem.hpp"

namespace vestnik::api::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Fields of every answer: nothing is sniffed, framed, or told to others; an API answer is not kept.
constexpr std::string_view kCommonFields =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

}  // namespace

std::string_view Request::field(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [name](const auto& each) { return same(each.first, name); });
  return found == fields.end() ? std::string_view() : found->second;
}

bool Request::has_token(std::string_view name, std::string_view token) const {
  std::string_view list = field(name);
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    item = item.substr(0, item.find(';'));
    const auto begin = item.find_first_not_of(" \t");
    if (begin == std::string_view::npos) continue;
    item = item.substr(begin, item.find_last_not_of(" \t") - begin + 1);
    if (same(item, token)) return true;
  }
  return false;
}

Response make_problem(const Error& error, int status, std::string_view request_id) {
  Response response{.status = status, .content_type = kProblemContentType};
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

void append_response(std::string& out, const Response& response, const Request& request, std::string_view request_id,
                     bool keep_alive) {
  const std::string_view body = response.shared_body.empty() ? std::string_view(response.body) : response.shared_body;
  const bool has_cache_control =
      std::ranges::any_of(response.fields, [](const auto& each) { return each.first == "Cache-Control"; });
  auto at = std::back_inserter(out);
  fmt::format_to(at, "HTTP/1.1 {} {}\r\n", response.status, title(response.status));
  if (response.status != 304) {
    fmt::format_to(at, "Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type, body.size());
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
  if (request.method != "HEAD" && response.status != 304) out += body;
}

}  // namespace vestnik::api::http
