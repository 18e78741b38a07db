#include "cli/api_client.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstddef>
#include <utility>

#include "base/visible.hpp"

namespace vestnik::cli {
namespace {

constexpr std::size_t kPage = 500;

}  // namespace

Result<std::string> ApiClient::call(std::string_view method, std::string url, std::optional<std::string> body) {
  HttpAnswer answer = fetch(method, std::move(url), std::move(body));
  if (!answer.accepted()) return refused(answer);
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(answer.body).get(object) != simdjson::SUCCESS) return nonsense();
  return std::move(answer.body);
}

Result<std::vector<std::string>> ApiClient::list(const std::string& url) {
  std::vector<std::string> items;
  std::string page_limit = fmt::format("&limit={}", kPage);
  simdjson::dom::parser parser;
  while (true) {
    const HttpAnswer page = fetch("GET", fmt::format("{}?offset={}{}", url, items.size(), page_limit), {});
    if (!page_limit.empty() && complains_about(page, "limit")) {
      page_limit.clear();  // a server with a lower --max-page: its own default will do
      continue;
    }
    if (!page.accepted()) return refused(page);
    simdjson::dom::array array;
    if (parser.parse(page.body).get(array) != simdjson::SUCCESS) return nonsense();
    if (array.begin() == array.end()) return items;
    for (const simdjson::dom::element item : array) items.push_back(simdjson::minify(item));
  }
}

HttpAnswer ApiClient::fetch(std::string_view method, std::string url, std::optional<std::string> body) {
  return client_.fetch(
      {.url = std::move(url), .body = std::move(body), .headers = server_.headers(), .method = std::string(method)});
}

std::unexpected<Error> ApiClient::refused(const HttpAnswer& answer) const {
  const bool is_from_server = answer.failure.empty();
  return fail(ErrorCode::kUnknown,
              is_from_server ? describe(answer) : fmt::format("{}: {}", visible(server_.url), describe(answer)));
}

std::unexpected<Error> ApiClient::nonsense() const {
  return fail(ErrorCode::kInternal, fmt::format("what answers at {} is not a Vestnik server", visible(server_.url)));
}

}  // namespace vestnik::cli
