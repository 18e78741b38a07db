// The import of recipients over HTTP, beside the contract's methods: POST /api/v1/recipients:import with
// comma-separated values as the body, which is not held in memory.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "api/http/streamed_routes.hpp"
#include "chat/authorize.hpp"
#include "chat/sessions.hpp"
#include "delivery/recipients.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api::http {

class RecipientUpload final : public StreamedRoutes {
 public:
  RecipientUpload(const delivery::Recipients& recipients, const chat::Sessions& sessions, chat::Access access,
                  runtime::BlockingPool& pool)
      : recipients_(recipients), sessions_(sessions), access_(access), pool_(pool) {}

  static constexpr std::array<Route, 1> kRoutes = {{{"POST", "/api/v1/recipients:import"}}};
  // Whether a request with that head is an import, whose body is streamed.
  static bool is_import(const Request& head);

  std::span<const Route> routes() const override { return kRoutes; }
  std::span<const DescribedPath> described_paths() const override;
  bool owns(std::string_view path) const override { return path == kRoutes[0].second; }
  std::optional<std::size_t> route_of(const Request& request) const override;
  Task<Response> handle(const Request& request, Call& call) override;

 private:
  Result<void> authorize(const Call& call) const;
  Task<Result<delivery::ImportReport>> import(BodyStream& body);

  const delivery::Recipients& recipients_;
  const chat::Sessions& sessions_;
  chat::Access access_;
  runtime::BlockingPool& pool_;
};

}  // namespace vestnik::api::http
