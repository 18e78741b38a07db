#include "api/http/streamed_routes.hpp"

#include "api/transcoder/problem.hpp"

namespace vestnik::api::http {

Response upload_problem(const Error& error, const Call& call) {
  const bool too_large = error.code == ErrorCode::kResourceExhausted && !error.violations.empty();
  return make_problem(error, too_large ? 413 : http_status(error.code), call.request_id);
}

}  // namespace vestnik::api::http
