// What HTTP has beside the contract's methods, since its bodies are streamed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "api/call.hpp"
#include "api/http/message.hpp"
#include "api/transcoder/openapi.hpp"

namespace vestnik::api::http {

class StreamedRoutes {
 public:
  // Method and path.
  using Route = std::pair<std::string_view, std::string_view>;

  virtual ~StreamedRoutes() = default;

  virtual std::span<const Route> routes() const = 0;
  // Its paths in the description of the API.
  virtual std::span<const DescribedPath> described_paths() const = 0;
  // Whether this answers requests for `path`.
  virtual bool owns(std::string_view path) const = 0;
  // Which of routes() a request with a path of its own takes; nullopt when the path has no such method.
  virtual std::optional<std::size_t> route_of(const Request& request) const = 0;

  // On the call's core.
  virtual Task<Response> handle(const Request& request, Call& call) = 0;
};

// The answer to a body that could not be taken. Something that is too large itself is more than a reached limit: no
// later try will succeed.
Response upload_problem(const Error& error, const Call& call);

}  // namespace vestnik::api::http
