#include "api/transcoder/openapi.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <set>
#include <vector>

#include "api/transcoder/comments.hpp"
#include "api/transcoder/field_value.hpp"
#include "api/transcoder/openapi_operation.hpp"
#include "api/transcoder/openapi_schema.hpp"
#include "api/transcoder/problem.hpp"
#include "api/transcoder/route_table.hpp"
#include "base/json_text.hpp"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr int kParameterDepthMax = 4;  // "a.b.c.d": a message may contain itself

// Stands in paths beside the contract for what `security` is of a method that is not public.
constexpr std::string_view kSessionPlaceholder = R"("$session")";

constexpr std::string_view kDescription =
    "Names are in snake_case, times are RFC 3339 in UTC, and what is not set is absent. "
    "A name that a request must not have is an error. Every error is `application/problem+json` (RFC 9457).";

constexpr std::string_view kProblemSchemas = R"("Problem":{"type":"object","description":"What went wrong (RFC 9457).",
"required":["type","title","status","detail","code","violations"],"properties":{
"type":{"type":"string","description":"Always `about:blank`: `code` tells the kind."},
"title":{"type":"string","description":"The phrase of the HTTP status.","examples":["Bad Request"]},
"status":{"type":"integer","description":"The HTTP status.","examples":[400]},
"detail":{"type":"string","description":"A sentence for people."},
"code":{"type":"string","description":"The kind of error, the same in every transport.","examples":["invalid_argument"]},
"violations":{"type":"array","description":"The fields at fault.","items":{"$ref":"#/components/schemas/Violation"}},
"request_id":{"type":"string","description":"The same as the header X-Request-Id, for the logs."}}},
"Violation":{"type":"object","description":"A field at fault.","required":["field","reason"],"properties":{
"field":{"type":"string","description":"Its name, as a path.","examples":["content"]},
"reason":{"type":"string","description":"What is wrong, and what would be right."}}})";

// An error that operations have in common.
struct ErrorResponse {
  int status;  // 0: any other
  std::string_view name;
  std::string_view description;
  bool (*may_come_from)(const Operation&);
  bool has_retry_after = false;
};

constexpr bool any(const Operation&) {
  return true;
}
constexpr bool none(const Operation&) {
  return false;
}
bool with_values(const Operation& operation) {
  return operation.input().field_count() > 0;
}
bool with_body(const Operation& operation) {
  return operation.takes_body();
}

constexpr ErrorResponse kErrorResponses[] = {
    {400, "BadRequest", "The request is not one of the contract: `violations` names the fields at fault.", any},
    {401, "Unauthorized", "A session is needed, or the one given is none.",
     [](const Operation& operation) { return !operation.is_public(); }},
    {403, "Forbidden", "The caller may not do this.", any},
    {404, "NotFound", "What the request names does not exist.", with_values},
    {409, "Conflict", "The request does not go with what is there.", with_values},
    {413, "ContentTooLarge", "The body is longer than `--max-body-bytes`.", with_body},
    {415, "UnsupportedMediaType", "The body is not of a type that is described.", with_body},
    {416, "RangeNotSatisfiable", "There are no such bytes.", none},
    {429, "TooManyRequests", "A limit is reached.", any, true},
    {503, "ServiceUnavailable", "The server cannot do this now.", any, true},
    {0, "Problem", "The request failed.", any},
};

constexpr std::string_view kSecuritySchemes = R"({"session":{"type":"http","scheme":"bearer",
"description":"The `session_id` that `POST /api/v1/sessions` answers, or an API key of `vestnik key create`."}})";

class Document {
 public:
  Document(std::string& out, std::vector<Operation> operations, const DescribedServer& server)
      : json_(out), operations_(std::move(operations)), server_(server), schemas_(server.settings) {
    for (const Operation& operation : operations_) add_schemas(operation);
  }

  void append() {
    json_.begin_object().member("openapi", "3.1.0");
    json_.key("info").begin_object();
    json_.member("title", "Vestnik")
        .member("version", server_.version)
        .member("description", kDescription)
        .end_object();
    json_.key("servers").begin_array().begin_object().member("url", "/").end_object().end_array();
    append_tags();
    append_paths();
    json_.key("components").begin_object().key("schemas").begin_object();
    schemas_.append_components(json_);
    json_.raw(kProblemSchemas).end_object();
    json_.key("responses").begin_object();
    for (const ErrorResponse& response : kErrorResponses) append_error_response(response);
    json_.end_object().key("securitySchemes").raw(kSecuritySchemes).end_object().end_object();
  }

 private:
  void add_schemas(const Operation& operation) {
    using Use = SchemaSet::Use;
    if (operation.route->whole_body) {
      schemas_.add_body(operation.input(), operation.in_path());
    } else {
      for (int i = 0; i < operation.input().field_count(); ++i)
        schemas_.add(*operation.input().field(i), Use::kRequest);
    }
    const FieldDescriptor* response = operation.response_field();
    const bool is_stream = operation.method->server_streaming();
    if (response == nullptr && !is_stream) schemas_.add(operation.output(), Use::kResponse);
    if (response != nullptr) schemas_.add(*response, Use::kResponse);
    if (!is_stream) return;
    for (int i = 0; i < operation.output().field_count(); ++i)
      schemas_.add(*operation.output().field(i), Use::kResponse);
  }

  void append_tags() {
    std::set<const ServiceDescriptor*> seen;
    json_.key("tags").begin_array();
    for (const Operation& operation : operations_) {
      const ServiceDescriptor* service = operation.method->service();
      if (!seen.insert(service).second) continue;
      json_.begin_object()
          .member("name", service->name())
          .member("description", comment_of(*service).text)
          .end_object();
    }
    json_.end_array();
  }

  void append_paths() {
    std::vector<std::string> paths;  // in the contract's order
    for (const Operation& operation : operations_) {
      std::string path = operation.path();
      if (std::ranges::find(paths, path) == paths.end()) paths.push_back(std::move(path));
    }
    json_.key("paths").begin_object();
    for (const std::string& path : paths) {
      json_.key(path).begin_object();
      for (const Operation& operation : operations_) {
        if (operation.path() == path) append_operation(operation);
      }
      json_.end_object();
    }
    for (const DescribedPath& each : server_.beside) json_.key(each.path).raw(with_security(each.json));
    json_.end_object();
  }

  void append_operation(const Operation& operation) {
    std::string verb = operation.route->verb;
    std::ranges::transform(verb, verb.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    const Comment comment = comment_of(*operation.method);
    json_.key(verb).begin_object().member("operationId", operation.id);
    json_.key("tags").begin_array().string(operation.method->service()->name()).end_array();
    const std::string sentence = comment.first_sentence();
    std::string summary = sentence;
    std::erase(summary, '`');  // it is plain text; a description is Markdown
    json_.member("summary", summary);
    if (summary != sentence || comment.text.size() > sentence.size() + 1) json_.member("description", comment.text);
    json_.key("parameters").begin_array();
    append_parameters(operation);
    json_.end_array();
    if (operation.takes_body()) append_request_body(operation);
    json_.key("security").raw(security_of(operation.method->options().GetExtension(v1::access)));
    append_responses(operation);
    json_.end_object();
  }

  void append_parameters(const Operation& operation) {
    const std::vector<std::string> in_path = operation.in_path();
    for (const std::string& path : in_path) append_parameter(path, "path", *field_at(operation.input(), path));
    if (!operation.route->whole_body) append_query(operation.input(), operation.body_field(), "", in_path);
    if (const FieldDescriptor* nonce = find_field(operation.input(), "nonce")) {
      append_header("Idempotency-Key", "The `nonce` of a body that has none: makes a repeated request safe.", *nonce);
    }
    const FieldDescriptor* after = find_field(operation.input(), "after");
    if (operation.method->server_streaming() && after != nullptr) {
      append_header("Last-Event-ID", "The same as `after`; browsers send it by themselves when they reconnect.",
                    *after);
    }
  }

  void append_query(const Descriptor& type, const FieldDescriptor* body_field, const std::string& prefix,
                    const std::vector<std::string>& in_path, int depth = 1) {
    if (depth > kParameterDepthMax) return;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const std::string name = prefix + field.name();
      if (&field == body_field || std::ranges::find(in_path, name) != in_path.end()) continue;
      if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || is_timestamp(field)) {
        append_parameter(name, "query", field);
      } else if (!field.is_repeated()) {
        append_query(*field.message_type(), body_field, name + ".", in_path, depth + 1);
      }
    }
  }

  static const FieldDescriptor* field_at(const Descriptor& root, std::string_view path) {
    const Descriptor* type = &root;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      type = find_field(*type, path.substr(0, dot))->message_type();
      path.remove_prefix(dot + 1);
    }
    return find_field(*type, path);
  }

  void append_parameter(std::string_view name, std::string_view place, const FieldDescriptor& field) {
    json_.begin_object().member("name", name).member("in", place);
    if (place == "path" || rules_of(field, server_.settings).required) json_.key("required").boolean(true);
    if (const Comment comment = comment_of(field); !comment.text.empty()) json_.member("description", comment.text);
    json_.key("schema");
    schemas_.append_parameter(json_, field);
    json_.end_object();
  }

  // A header that stands for the field.
  void append_header(std::string_view name, std::string_view description, const FieldDescriptor& field) {
    json_.begin_object().member("name", name).member("in", "header").member("description", description);
    json_.key("schema");
    schemas_.append_parameter(json_, field);
    json_.end_object();
  }

  void append_request_body(const Operation& operation) {
    const FieldDescriptor* field = operation.body_field();
    json_.key("requestBody")
        .begin_object()
        .key("required")
        .boolean(needs_body(operation))
        .key("content")
        .begin_object();
    json_.key("application/json").begin_object().key("schema");
    if (field == nullptr) {
      schemas_.append_body_reference(json_, operation.input(), !operation.in_path().empty());
      append_example(operation);
    } else {
      schemas_.append_field(json_, *field, SchemaSet::Use::kRequest);
    }
    json_.end_object().end_object().end_object();
  }

  // Where nothing in it must be given, an empty body will do.
  bool needs_body(const Operation& operation) const {
    if (operation.body_field() != nullptr) return true;
    const std::vector<std::string> in_path = operation.in_path();
    for (int i = 0; i < operation.input().field_count(); ++i) {
      const FieldDescriptor& field = *operation.input().field(i);
      const bool is_in_path = std::ranges::find(in_path, field.name()) != in_path.end();
      if (!is_in_path && rules_of(field, server_.settings).required) return true;
    }
    const auto groups = groups_of(operation.input());
    return std::ranges::find(groups, FieldGroup::Kind::kAtLeastOne, &FieldGroup::kind) != groups.end();
  }

  // Only what has an example in the contract, so that a first try from the page succeeds.
  void append_example(const Operation& operation) {
    std::string example;
    JsonWriter members(example);
    members.begin_object();
    const std::vector<std::string> in_path = operation.in_path();
    for (int i = 0; i < operation.input().field_count(); ++i) {
      const FieldDescriptor& field = *operation.input().field(i);
      if (std::ranges::find(in_path, field.name()) != in_path.end()) continue;
      if (const Comment comment = comment_of(field); !comment.example.empty())
        members.key(field.name()).raw(comment.example);
    }
    members.end_object();
    if (example != "{}") json_.key("example").raw(example);
  }

  void append_responses(const Operation& operation) {
    json_.key("responses").begin_object().key(std::to_string(operation.route->success_status)).begin_object();
    json_.member("description", operation.method->server_streaming() ? "A stream of server-sent events." : "Success.");
    json_.key("content").begin_object();
    if (operation.method->server_streaming()) {
      append_content("text/event-stream", [&] { append_stream_schema(operation.output()); });
    } else if (const FieldDescriptor* field = operation.response_field()) {
      append_content("application/json", [&] { schemas_.append_field(json_, *field, SchemaSet::Use::kResponse); });
    } else {
      append_content("application/json", [&] { schemas_.append_reference(json_, operation.output()); });
    }
    json_.end_object().end_object();
    for (const ErrorResponse& error : kErrorResponses) {
      if (!error.may_come_from(operation)) continue;
      json_.key(error.status == 0 ? "default" : std::to_string(error.status));
      append_reference(fmt::format("#/components/responses/{}", error.name));
    }
    json_.end_object();
  }

  void append_error_response(const ErrorResponse& response) {
    json_.key(response.name).begin_object().member("description", response.description);
    if (response.has_retry_after) {
      json_.key("headers").raw(R"({"Retry-After":{"description":"Seconds.","schema":{"type":"integer","minimum":0}}})");
    }
    json_.key("content").begin_object();
    append_content(kProblemContentType, [&] { append_reference("#/components/schemas/Problem"); });
    json_.end_object().end_object();
  }

  std::string_view security_of(v1::Access access) const {
    if (access == v1::ACCESS_PUBLIC) return "[]";
    return access == v1::ACCESS_SESSION || server_.wants_sessions ? R"([{"session":[]}])" : R"([{},{"session":[]}])";
  }

  // What a path beside the contract says of it, where it is not public.
  std::string with_security(std::string_view json) const {
    std::string text(json);
    if (const std::size_t at = text.find(kSessionPlaceholder); at != std::string::npos) {
      text.replace(at, kSessionPlaceholder.size(), security_of(v1::ACCESS_UNSPECIFIED));
    }
    return text;
  }

  void append_stream_schema(const Descriptor& event) {
    std::string kinds;
    for (int i = 0; i < event.field_count(); ++i) {
      if (i > 0) kinds += ", ";
      kinds += '`' + event.field(i)->name() + '`';
    }
    json_.begin_object().member("type", "string");
    json_.member("description", fmt::format("The `data` of each event is the JSON of one of: {}.", kinds)).end_object();
  }

  template <typename AppendSchema>
  void append_content(std::string_view type, AppendSchema append_schema) {
    json_.key(type).begin_object().key("schema");
    append_schema();
    json_.end_object();
  }

  void append_reference(std::string_view path) { json_.begin_object().member("$ref", path).end_object(); }

  JsonWriter json_;
  std::vector<Operation> operations_;
  const DescribedServer& server_;
  SchemaSet schemas_;
};

}  // namespace

std::string make_openapi(std::string_view descriptor_set, const RouteTable& routes, const DescribedServer& server) {
  google::protobuf::DescriptorPool pool;
  build_pool(pool, descriptor_set);
  std::string out;
  Document(out, list_operations(pool, routes), server).append();
  return out;
}

}  // namespace vestnik::api
