#include "api/http/attachments.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "api/http/body.hpp"
#include "api/http/byte_range.hpp"
#include "api/http/header_value.hpp"
#include "api/http/upload_intake.hpp"
#include "api/transcoder/problem.hpp"
#include "base/ids.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kPath = Attachments::kRoutes[0].second;

// What a browser may do with the file when it shows it: nothing.
constexpr std::string_view kFilePolicy = "default-src 'none'; sandbox";

Error not_found() {
  return {.code = ErrorCode::kNotFound, .detail = "there is no such attachment"};
}

std::string to_json(const chat::Attachment& attachment) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("id", attachment.id).member("name", attachment.name);
  json.member("content_type", attachment.content_type);
  json.key("size").integer(static_cast<std::int64_t>(attachment.size)).member("sha256", attachment.sha256);
  if (attachment.user_id) json.key("user_id").integer(*attachment.user_id);
  json.member("created_at", format_rfc3339(attachment.created_at)).end_object();
  return text;
}

// A range of a file, read on the pool while it is sent.
class FileSource final : public BodySource {
 public:
  FileSource(runtime::BlockingPool& pool, std::unique_ptr<BlobReader> file, const ByteRange& range)
      : pool_(pool), file_(std::move(file)), at_(range.first), size_(range.size) {}

  std::uint64_t size() const override { return size_; }

  Task<Result<std::size_t>> read(std::span<char> piece) override {
    auto bytes = co_await pool_.run([&] { return file_->read(at_, piece); });
    if (bytes) at_ += *bytes;
    co_return bytes;
  }

 private:
  runtime::BlockingPool& pool_;
  std::unique_ptr<BlobReader> file_;
  std::uint64_t at_;
  std::uint64_t size_;
};

}  // namespace

bool Attachments::owns(std::string_view path) const {
  return path.starts_with(kPath) && (path.size() == kPath.size() || path[kPath.size()] == '/');
}

bool Attachments::is_upload(const Request& head) {
  return head.method == "POST" && head.path == kPath;
}

std::optional<std::size_t> Attachments::route_of(const Request& request) const {
  if (is_upload(request)) return 0;
  if (request.reads() && request.path != kPath) return 1;
  return std::nullopt;
}

Task<Response> Attachments::handle(const Request& request, Call& call) {
  if (request.path == kPath) {
    if (is_upload(request)) co_return co_await upload(request, call);
    co_return method_not_allowed("POST", call.request_id);
  }
  const std::string id = to_lower(request.path.substr(kPath.size() + 1));
  if (!looks_like_uuid(id)) co_return make_problem(not_found(), call.request_id);
  if (!request.reads()) co_return method_not_allowed("GET, HEAD", call.request_id);
  co_return co_await download(request, id, call);
}

Result<std::optional<chat::UserId>> Attachments::uploader(const Call& call) const {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) return std::unexpected(std::move(actor.error()));
  if (auto may = changes_.allow_upload(*actor); !may) return std::unexpected(std::move(may.error()));
  return actor->user_id;
}

Task<Response> Attachments::upload(const Request& request, Call& call) {
  const auto user_id = uploader(call);
  if (!user_id) co_return upload_problem(user_id.error(), call);
  auto made = UploadIntake::make(request, service_, *user_id);
  if (!made) co_return upload_problem(made.error(), call);
  std::optional<UploadIntake> intake(std::move(*made));
  Result<chat::Attachment> attachment = std::unexpected(Error{});
  while (true) {
    const auto piece = co_await request.body_stream->next();
    if (!piece) {
      attachment = std::unexpected(piece.error());
      break;
    }
    if (piece->empty()) {
      attachment = co_await pool_.run([&] { return intake->finish(); });
      break;
    }
    if (auto taken = co_await pool_.run([&] { return intake->take(*piece); }); !taken) {
      attachment = std::unexpected(std::move(taken.error()));
      break;
    }
  }
  if (!attachment) {
    // Removing what has arrived blocks, so the pool does it; a pool that is full or has ended leaves it to the end of
    // this call.
    static_cast<void>(co_await pool_.run([&]() -> Result<void> {
      intake.reset();
      return {};
    }));
    co_return upload_problem(attachment.error(), call);
  }
  Response response{.status = 201, .body = to_json(*attachment)};
  response.fields.emplace_back("Location", fmt::format("{}/{}", kPath, attachment->id));
  co_return response;
}

Task<Response> Attachments::download(const Request& request, std::string_view id, Call& call) {
  struct Found {
    chat::Attachment attachment;
    std::unique_ptr<BlobReader> content;
  };
  auto found = co_await pool_.run([&]() -> Result<Found> {
    auto attachment = service_.get(id);
    if (!attachment) return std::unexpected(std::move(attachment.error()));
    auto content = service_.open(*attachment);
    if (!content) return std::unexpected(std::move(content.error()));
    return Found{std::move(*attachment), std::move(*content)};
  });
  if (!found) {
    co_return make_problem(found.error().code == ErrorCode::kNotFound ? not_found() : found.error(), call.request_id);
  }
  const chat::Attachment& attachment = found->attachment;
  const std::uint64_t size = found->content->size();
  const std::string etag = fmt::format("\"{}\"", attachment.sha256);
  const ByteRange range = find_range(request, size, etag);
  if (has_already(request, etag)) {
    co_return Response{.status = 304, .fields = {{"ETag", etag}, {"Cache-Control", "private, no-cache"}}};
  }
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    Response response = make_problem(
        {.code = ErrorCode::kOutOfRange, .detail = fmt::format("the attachment has {} bytes and not that range", size)},
        416, call.request_id);
    response.fields.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    co_return response;
  }
  const bool in_place = chat::is_safe_image(attachment.content_type);
  Response response{.content_type = chat::known_content_type(attachment.content_type)};
  response.fields = {
      {"Content-Disposition", make_content_disposition(in_place ? "inline" : "attachment", attachment.name)},
      {"Content-Security-Policy", std::string(kFilePolicy)},
      {"Cross-Origin-Resource-Policy", "same-site"},
      {"Cache-Control", "private, no-cache"},
      {"Accept-Ranges", "bytes"},
      {"ETag", etag}};
  if (range.kind == ByteRange::Kind::kPart) {
    response.status = 206;
    response.fields.emplace_back("Content-Range",
                                 fmt::format("bytes {}-{}/{}", range.first, range.first + range.size - 1, size));
  }
  response.source = std::make_shared<FileSource>(pool_, std::move(found->content), range);
  co_return response;
}

}  // namespace vestnik::api::http
