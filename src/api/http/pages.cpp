#include "api/http/pages.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace vestnik::api::http {
namespace {

// Scripts, styles and connections only from this server. Swagger UI sets inline styles; nothing runs inline scripts.
constexpr std::string_view kPagePolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// Addresses that the one-page application answers by itself.
constexpr std::string_view kApplicationPaths[] = {"/", "/write", "/live", "/history", "/status"};

std::string_view content_type_of(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
  };
  for (const auto& [suffix, type] : kTypes) {
    if (path.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

Pages::Pages(std::span<const EmbeddedFile> files) {
  constexpr std::string_view kGzip = ".gz";
  for (const EmbeddedFile& file : files) {
    if (file.path.ends_with(kGzip)) continue;
    by_path_["/" + std::string(file.path)] = {.bytes = file.bytes,
                                              .content_type = content_type_of(file.path),
                                              .etag = fmt::format("\"{:016x}\"", fnv1a(file.bytes)),
                                              .immutable = file.path.starts_with("assets/")};
  }
  for (const EmbeddedFile& file : files) {
    if (!file.path.ends_with(kGzip)) continue;
    const auto page = by_path_.find("/" + std::string(file.path.substr(0, file.path.size() - kGzip.size())));
    if (page != by_path_.end()) page->second.gzip = file.bytes;
  }
  if (const auto index = by_path_.find("/index.html"); index != by_path_.end()) {
    for (const std::string_view path : kApplicationPaths) by_path_.insert_or_assign(std::string(path), index->second);
  }
  if (const auto docs = by_path_.find("/docs/index.html"); docs != by_path_.end()) {
    by_path_.insert_or_assign("/docs", docs->second);
    by_path_.insert_or_assign("/docs/", docs->second);
  }
}

std::optional<Response> Pages::find(const Request& request) const {
  const auto found = by_path_.find(request.path);
  if (found == by_path_.end()) return std::nullopt;
  const Page& page = found->second;
  Response response{.content_type = page.content_type};
  response.fields = {{"Content-Security-Policy", std::string(kPagePolicy)},
                     {"Cache-Control", page.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                     {"ETag", page.etag},
                     {"Vary", "Accept-Encoding"}};
  if (request.field("If-None-Match") == page.etag) {
    response.status = 304;
  } else if (!page.gzip.empty() && request.has_token("Accept-Encoding", "gzip")) {
    response.shared_body = page.gzip;
    response.fields.emplace_back("Content-Encoding", "gzip");
  } else {
    response.shared_body = page.bytes;
  }
  return response;
}

std::optional<Response> Pages::lost(const Request& request) const {
  const auto index = by_path_.find("/index.html");
  if (!request.reads() || !request.has_token("Accept", "text/html") || index == by_path_.end()) return std::nullopt;
  return Response{
      .status = 404,
      .content_type = index->second.content_type,
      .shared_body = index->second.bytes,
      .fields = {
          {"Content-Security-Policy", std::string(kPagePolicy)}, {"Cache-Control", "no-store"}, {"Vary", "Accept"}}};
}

}  // namespace vestnik::api::http
