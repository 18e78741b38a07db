#include "api/transcoder/transcoder.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "api/transcoder/json_codec.hpp"
#include "api/transcoder/parameters.hpp"

namespace vestnik::api {
namespace {

Result<void> read_body(const Route& route, std::string_view body, google::protobuf::Message& request) {
  const bool takes_body = route.whole_body || route.body_field != nullptr;
  if (body.empty()) return {};  // as an object without members
  if (route.whole_body) return parse_json(body, request);
  if (takes_body) return parse_json_field(body, request, *route.body_field);
  return fail(ErrorCode::kInvalidArgument, "This request takes no body; send its values in the path and the query.");
}

Result<void> read_query(const Route& route, std::string_view query, google::protobuf::Message& request) {
  if (!route.whole_body || query.empty()) return set_query_fields(request, query);
  return fail(ErrorCode::kInvalidArgument, "This request takes no query parameters; send its values in the body.");
}

}  // namespace

Result<void> decode_request(const Match& match, std::string_view query, std::string_view body,
                            google::protobuf::Message& request) {
  if (auto done = read_body(*match.route, body, request); !done) return done;
  if (auto done = read_query(*match.route, query, request); !done) return done;
  for (const Match::Value& value : match.values) {
    if (has_field(request, value.field_path)) {
      return invalid(std::string(value.field_path), "the path has it already; leave it out here");
    }
    if (auto done = set_field(request, value.field_path, value.text); !done) return done;
  }
  return {};
}

void encode_response(const Route& route, const google::protobuf::Message& response, std::string& out) {
  if (route.response_field == nullptr) {
    append_json(out, response);
  } else {
    append_json_field(out, response, *route.response_field);
  }
}

}  // namespace vestnik::api
