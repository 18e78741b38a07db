#include "api/http/recipient_upload.hpp"

#include <string>
#include <utility>

#include "api/http/body.hpp"
#include "api/transcoder/problem.hpp"
#include "base/json_text.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kImport =
    R"({"post":{"operationId":"Recipients_Import","tags":["Delivery"],"security":"$session",
"summary":"Adds or changes recipients from comma-separated values.",
"description":"The first line names the columns, in any order: phone, and maybe operator_code, tag, time_zone, telegram, viber, whatsapp, unsubscribed; every other column is an attribute. Who has the phone of a row becomes as the row says. Rows that are wrong are left out and named. Semicolons and tabs do as well as commas.",
"requestBody":{"required":true,"content":{"text/csv":{"schema":{"type":"string","format":"binary","minLength":1}}}},
"responses":{"200":{"description":"Success.","content":{"application/json":{"schema":{"type":"object",
"required":["rows","created","updated","refused","first_refused"],"properties":{
"rows":{"type":"integer","format":"int64","description":"Besides the first line."},
"created":{"type":"integer","format":"int64"},
"updated":{"type":"integer","format":"int64"},
"refused":{"type":"integer","format":"int64"},
"first_refused":{"type":"array","maxItems":1000,"items":{"type":"object","required":["line","reason"],"properties":{
"line":{"type":"integer","format":"int64"},"reason":{"type":"string"}}}}}}}}},
"400":{"$ref":"#/components/responses/BadRequest"},
"401":{"$ref":"#/components/responses/Unauthorized"},
"403":{"$ref":"#/components/responses/Forbidden"},
"413":{"$ref":"#/components/responses/ContentTooLarge"},
"415":{"$ref":"#/components/responses/UnsupportedMediaType"},
"429":{"$ref":"#/components/responses/TooManyRequests"},
"503":{"$ref":"#/components/responses/ServiceUnavailable"},
"default":{"$ref":"#/components/responses/Problem"}}}})";
constexpr std::array<DescribedPath, 1> kDescribed = {{{RecipientUpload::kRoutes[0].second, kImport}}};

std::string import_json(const delivery::ImportReport& report) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("rows").integer(report.rows);
  json.key("created").integer(report.imported.created).key("updated").integer(report.imported.updated);
  json.key("refused").integer(report.refused).key("first_refused").begin_array();
  for (const auto& [line, reason] : report.first_refused) {
    json.begin_object().key("line").integer(static_cast<std::int64_t>(line)).member("reason", reason).end_object();
  }
  json.end_array().end_object();
  return text;
}

bool is_csv(const Request& request) {
  std::string_view type = request.field("Content-Type");
  type = type.substr(0, type.find(';'));
  return type == "text/csv" || type == "application/octet-stream" || type == "application/x-www-form-urlencoded";
}

}  // namespace

bool RecipientUpload::is_import(const Request& head) {
  return head.method == "POST" && head.path == kRoutes[0].second;
}

std::optional<std::size_t> RecipientUpload::route_of(const Request& request) const {
  return is_import(request) ? std::optional<std::size_t>(0) : std::nullopt;
}

std::span<const DescribedPath> RecipientUpload::described_paths() const {
  return kDescribed;
}

Result<void> RecipientUpload::authorize(const Call& call) const {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) return error_of(actor);
  return chat::authorize(*actor, chat::Action::kDeliver, {}, access_);
}

Task<Response> RecipientUpload::handle(const Request& request, Call& call) {
  if (!is_import(request)) co_return method_not_allowed("POST", call.request_id);
  if (auto may = authorize(call); !may) co_return upload_problem(may.error(), call);
  if (!is_csv(request)) {
    co_return make_problem({.code = ErrorCode::kInvalidArgument,
                            .detail = "the body is comma-separated values; send Content-Type: text/csv"},
                           415, call.request_id);
  }
  const auto report = co_await import(*request.body_stream);
  if (!report) co_return upload_problem(report.error(), call);
  co_return Response{.body = import_json(*report)};
}

Task<Result<delivery::ImportReport>> RecipientUpload::import(BodyStream& body) {
  delivery::RecipientImport import = recipients_.import();
  while (true) {
    const auto piece = co_await body.next();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return co_await pool_.run([&import] { return import.finish(); });
    auto taken = co_await pool_.run([&import, &piece] { return import.feed(*piece); });
    if (!taken) co_return error_of(taken);
  }
}

}  // namespace vestnik::api::http
