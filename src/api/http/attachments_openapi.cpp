// The description of the attachments' paths, which no .proto has: what a stream of bytes is, it cannot say.
#include <array>
#include <string>
#include <string_view>

#include "api/http/attachments.hpp"
#include "base/json_text.hpp"
#include "chat/content_type.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kUpload =
    R"({"post":{"operationId":"Attachments_Upload","tags":["Chat"],"security":"$session",
"summary":"Uploads a file that messages can refer to.",
"description":"As a form with one file, or as the body itself. What it is, is found in its bytes: the type that the client names is not believed. Removed when no message refers to it within a day, or any more.",
"parameters":[
{"name":"name","in":"query","description":"The name of the file, when it is the body itself; Content-Disposition can tell it, too.","schema":{"type":"string","pattern":"^[^\\u0000]*$"}}],
"requestBody":{"required":true,"content":{
"multipart/form-data":{"schema":{"type":"object","required":["file"],"additionalProperties":false,"properties":{"file":{"type":"string","format":"binary","minLength":1}}}},
"application/octet-stream":{"schema":{"type":"string","format":"binary","minLength":1}}}},
"responses":{"201":{"description":"Success.","content":{"application/json":{"schema":{"type":"object",
"required":["id","name","content_type","size","sha256","created_at"],"properties":{
"id":{"type":"string","format":"uuid"},
"name":{"type":"string","description":"Without a path and control characters.","examples":["photo.png"]},
"content_type":{"type":"string","description":"Found in the bytes.","examples":["image/png"]},
"size":{"type":"integer","format":"int64","description":"Bytes."},
"sha256":{"type":"string","description":"Of the bytes, in hexadecimal."},
"user_id":{"type":"integer","format":"int64","description":"Who uploaded it."},
"created_at":{"type":"string","format":"date-time"}}}}}},
"400":{"$ref":"#/components/responses/BadRequest"},
"401":{"$ref":"#/components/responses/Unauthorized"},
"403":{"$ref":"#/components/responses/Forbidden"},
"413":{"$ref":"#/components/responses/ContentTooLarge"},
"415":{"$ref":"#/components/responses/UnsupportedMediaType"},
"429":{"$ref":"#/components/responses/TooManyRequests"},
"503":{"$ref":"#/components/responses/ServiceUnavailable"},
"default":{"$ref":"#/components/responses/Problem"}}}})";

// With the types that a file may have in the place of "$files".
constexpr std::string_view kDownload = R"({"get":{"operationId":"Attachments_Download","tags":["Chat"],"security":[],
"summary":"The bytes of an attachment.",
"description":"Shown in place by browsers for PNG, JPEG, GIF and WebP, saved as a file otherwise. HEAD is answered, too.",
"parameters":[
{"name":"attachment_id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}},
{"name":"Range","in":"header","description":"One range of bytes (RFC 9110).","schema":{"type":"string","examples":["bytes=0-1023"]}},
{"name":"If-Range","in":"header","description":"The ETag that the range goes with.","schema":{"type":"string"}},
{"name":"If-None-Match","in":"header","description":"The ETag that the client has.","schema":{"type":"string"}}],
"responses":{"200":{"description":"All of it.","content":"$files"},
"206":{"description":"The range.","content":"$files"},
"304":{"description":"The client has it."},
"400":{"$ref":"#/components/responses/BadRequest"},
"403":{"$ref":"#/components/responses/Forbidden"},
"404":{"$ref":"#/components/responses/NotFound"},
"416":{"$ref":"#/components/responses/RangeNotSatisfiable"},
"429":{"$ref":"#/components/responses/TooManyRequests"},
"503":{"$ref":"#/components/responses/ServiceUnavailable"},
"default":{"$ref":"#/components/responses/Problem"}}}})";

std::string files() {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  for (const std::string_view type : chat::known_content_types()) {
    json.key(type.substr(0, type.find(';'))).raw(R"({"schema":{"type":"string","format":"binary"}})");
  }
  json.end_object();
  return text;
}

std::string describe_download() {
  constexpr std::string_view kPlaceholder = R"("$files")";
  std::string text(kDownload);
  const std::string types = files();
  for (std::size_t at = text.find(kPlaceholder); at != std::string::npos; at = text.find(kPlaceholder, at)) {
    text.replace(at, kPlaceholder.size(), types);
  }
  return text;
}

}  // namespace

std::span<const DescribedPath> Attachments::described_paths() const {
  static const std::string download_path = describe_download();
  static const std::array paths = {DescribedPath{kRoutes[0].second, kUpload},
                                   DescribedPath{kRoutes[1].second, download_path}};
  return paths;
}

}  // namespace vestnik::api::http
