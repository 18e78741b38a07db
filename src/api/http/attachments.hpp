// Attachments over HTTP, beside the contract's methods: POST /api/v1/attachments (a form with one file, or the file as
// the body), GET and HEAD /api/v1/attachments/{id}. Neither way holds a file in memory. Whoever knows the id, which
// cannot be guessed, may download: an <img> has no way to show a session.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "api/call.hpp"
#include "api/http/streamed_routes.hpp"
#include "chat/attachment_service.hpp"
#include "chat/changes.hpp"
#include "chat/sessions.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api::http {

class Attachments final : public StreamedRoutes {
 public:
  // What a form may have around its file.
  static constexpr std::uint64_t kFormBytesMax = 64 * 1024;

  Attachments(chat::AttachmentService& service, const chat::Sessions& sessions, const chat::Changes& changes,
              runtime::BlockingPool& pool)
      : service_(service), sessions_(sessions), changes_(changes), pool_(pool) {}

  // Into the server, and out of it.
  static constexpr std::array<Route, 2> kRoutes = {
      {{"POST", "/api/v1/attachments"}, {"GET", "/api/v1/attachments/{attachment_id}"}}};
  // Whether a request with that head is an upload, whose body is streamed.
  static bool is_upload(const Request& head);

  std::span<const Route> routes() const override { return kRoutes; }
  std::span<const DescribedPath> described_paths() const override;
  bool owns(std::string_view path) const override;
  std::optional<std::size_t> route_of(const Request& request) const override;
  Task<Response> handle(const Request& request, Call& call) override;

 private:
  // The user who may upload now, if it is one in particular.
  Result<std::optional<chat::UserId>> uploader(const Call& call) const;
  Task<Response> upload(const Request& request, Call& call);
  Task<Response> download(const Request& request, std::string_view id, Call& call);

  chat::AttachmentService& service_;
  const chat::Sessions& sessions_;
  const chat::Changes& changes_;
  runtime::BlockingPool& pool_;
};

}  // namespace vestnik::api::http
