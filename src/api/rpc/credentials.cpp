#include "api/rpc/credentials.hpp"

#include <string_view>

#include "api/bearer.hpp"
#include "api/transcoder/parameters.hpp"

namespace vestnik::api::rpc {

Result<std::string> credentials_of(const http::Request& request) {
  const std::string_view header = bearer_token(request.field("Authorization"));
  const std::string_view query = request.query;
  if (query.empty()) return std::string(header);
  const std::size_t equals = query.find('=');
  if (query.substr(0, equals) != "token" || equals == query.npos || query.find('&') != query.npos) {
    return fail(ErrorCode::kInvalidArgument, "this address takes no parameter but token, once");
  }
  if (!header.empty()) return invalid("token", "the header Authorization has one already; give one of the two");
  auto token = percent_decode(query.substr(equals + 1), true);
  if (!token) return std::unexpected(std::move(token.error()));
  if (token->empty()) return invalid("token", "is empty; give the id of a session, or leave it out");
  return token;
}

}  // namespace vestnik::api::rpc
