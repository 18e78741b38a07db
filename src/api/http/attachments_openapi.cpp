// The description of the attachments' paths, which no .proto has: what a stream of bytes is, it cannot say.
#include <array>

#include "api/http/attachments.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kUpload = R"({"post":{"operationId":"Attachments_Upload","tags":["Chat"],
"summary":"Uploads a file that messages can refer to.",
"description":"As a form with one file, or as the body itself. What it is, is found in its bytes: the type that the client names is not believed. Removed when no message refers to it within a day, or any more.",
"parameters":[
{"name":"name","in":"query","description":"The name of the file, when it is the body itself; Content-Disposition can tell it, too.","schema":{"type":"string"}}],
"requestBody":{"required":true,"content":{
"multipart/form-data":{"schema":{"type":"object","required":["file"],"properties":{"file":{"type":"string","format":"binary"}}}},
"application/octet-stream":{"schema":{"type":"string","format":"binary"}}}},
"responses":{"201":{"description":"Success.","content":{"application/json":{"schema":{"type":"object",
"required":["id","name","content_type","size","sha256","created_at"],"properties":{
"id":{"type":"string","format":"uuid"},
"name":{"type":"string","description":"Without a path and control characters.","examples":["photo.png"]},
"content_type":{"type":"string","description":"Found in the bytes.","examples":["image/png"]},
"size":{"type":"integer","format":"int64","description":"Bytes."},
"sha256":{"type":"string","description":"Of the bytes, in hexadecimal."},
"user_id":{"type":"integer","format":"int64","description":"Who uploaded it."},
"created_at":{"type":"string","format":"date-time"}}}}}},
"413":{"$ref":"#/components/responses/Problem"},
"default":{"$ref":"#/components/responses/Problem"}}}})";

constexpr std::string_view kDownload = R"({"get":{"operationId":"Attachments_Download","tags":["Chat"],
"summary":"The bytes of an attachment.",
"description":"Shown in place by browsers for PNG, JPEG, GIF and WebP, saved as a file otherwise. HEAD is answered, too.",
"parameters":[
{"name":"attachment_id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}},
{"name":"Range","in":"header","description":"One range of bytes (RFC 9110).","schema":{"type":"string","examples":["bytes=0-1023"]}},
{"name":"If-Range","in":"header","description":"The ETag that the range goes with.","schema":{"type":"string"}},
{"name":"If-None-Match","in":"header","description":"The ETag that the client has.","schema":{"type":"string"}}],
"responses":{"200":{"description":"All of it.","content":{"application/octet-stream":{"schema":{"type":"string","format":"binary"}}}},
"206":{"description":"The range.","content":{"application/octet-stream":{"schema":{"type":"string","format":"binary"}}}},
"304":{"description":"The client has it."},
"416":{"$ref":"#/components/responses/Problem"},
"default":{"$ref":"#/components/responses/Problem"}}}})";

constexpr std::array kPaths = {DescribedPath{Attachments::kRoutes[0].second, kUpload},
                               DescribedPath{Attachments::kRoutes[1].second, kDownload}};

}  // namespace

std::span<const DescribedPath> Attachments::described_paths() {
  return kPaths;
}

}  // namespace vestnik::api::http
