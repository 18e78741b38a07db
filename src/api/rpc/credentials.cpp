#include "api/rpc/credentials.hpp"

#include <string_view>

#include "api/bearer.hpp"
#include "api/transcoder/parameters.hpp"

namespace vestnik::api::rpc {

Result<std::string> credentials_of(const http::Request& request) {
  const std::string_view header = bearer_token(request.field("Authorization"));
  if (request.query.empty()) return std::string(header);
  auto token = only_parameter(request.query, "token");
  if (!token) return token;
  if (!header.empty()) return invalid("token", "the header Authorization has one already; give one of the two");
  if (token->empty()) return invalid("token", "is empty; give the id of a session, or leave it out");
  return token;
}

}  // namespace vestnik::api::rpc
