// Calls of the API for commands that ask once: the answer, or a sentence that says why there is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/http_client.hpp"
#include "cli/server.hpp"

namespace vestnik::cli {

class ApiClient {
 public:
  // `server` must outlive it.
  explicit ApiClient(const Server& server) : server_(server), client_(1) {}

  // The JSON of a 2xx answer. An error's detail is for people; Ctrl-C is one.
  Result<std::string> call(std::string_view method, std::string url, std::optional<std::string> body = {});

  // All items of a list, each as JSON, page by page.
  Result<std::vector<std::string>> list(const std::string& url);

 private:
  HttpAnswer fetch(std::string_view method, std::string url, std::optional<std::string> body);
  // Why there is none; which server that was when it could not be reached.
  std::unexpected<Error> refused(const HttpAnswer& answer) const;
  std::unexpected<Error> nonsense() const;

  const Server& server_;
  HttpClient client_;
};

}  // namespace vestnik::cli
