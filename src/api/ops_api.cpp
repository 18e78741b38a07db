#include "api/ops_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace vestnik::api {
namespace {

constexpr const char* kOk = "ok";
constexpr const char* kDegraded = "degraded";

}  // namespace

void OpsApi::add_to(Methods& methods) {
  methods.add("vestnik.ops.v1.Ops.GetVersion", *this, &OpsApi::get_version);
  methods.add("vestnik.ops.v1.Ops.GetHealth", *this, &OpsApi::get_health);
  methods.add("vestnik.ops.v1.Ops.CheckLive", *this, &OpsApi::check_live);
  methods.add("vestnik.ops.v1.Ops.CheckReady", *this, &OpsApi::check_ready);
}

Task<Result<void>> OpsApi::get_version(Call&, const ops::v1::GetVersionRequest&, ops::v1::Version& response) {
  response.set_version(build_.version);
  response.set_commit(build_.commit);
  response.set_compiler(build_.compiler);
  co_return Result<void>();
}

Task<Result<void>> OpsApi::get_health(Call&, const ops::v1::GetHealthRequest&, ops::v1::Health& response) {
  auto looked = co_await pool_.run([this] { return look(); });
  if (!looked) co_return error_of(looked);
  const bool degraded = std::ranges::any_of(*looked, [](const Looked& each) { return each.state.degraded; });
  response.set_status(degraded ? kDegraded : kOk);
  response.set_version(build_.version);
  response.set_uptime_seconds(status_.uptime_seconds());
  for (std::size_t i = 0; i < components_.size(); ++i) {
    const auto& [state, took] = (*looked)[i];
    auto& component = *response.add_components();
    component.set_name(components_[i].name);
    component.set_status(state.degraded ? kDegraded : kOk);
    component.set_latency_ms(to_milliseconds(took));
    if (!state.detail.empty()) component.set_detail(state.detail);
  }
  co_return Result<void>();
}

Result<std::vector<OpsApi::Looked>> OpsApi::look() const {
  std::vector<Looked> looked;
  for (const Component& component : components_) {
    const auto begun = std::chrono::steady_clock::now();
    auto state = component.look();
    if (!state) {
      Error error{.code = ErrorCode::kUnavailable,
                  .detail = fmt::format("the component {} is failing", component.name),
                  .retry_after = std::chrono::seconds(1)};
      error.violations.push_back({component.name, std::move(state.error().detail)});
      return std::unexpected(std::move(error));
    }
    looked.push_back({.state = std::move(*state), .took = std::chrono::steady_clock::now() - begun});
  }
  return looked;
}

Task<Result<void>> OpsApi::check_live(Call&, const ops::v1::CheckLiveRequest&, ops::v1::CheckLiveResponse& response) {
  response.set_status("ok");
  co_return Result<void>();
}

Task<Result<void>> OpsApi::check_ready(Call&, const ops::v1::CheckReadyRequest&,
                                       ops::v1::CheckReadyResponse& response) {
  if (!status_.ready.load()) {
    co_return std::unexpected(Error{.code = ErrorCode::kUnavailable,
                                    .detail = "the server is starting or stopping",
                                    .retry_after = std::chrono::seconds(1)});
  }
  if (auto looked = co_await pool_.run([this] { return look(); }); !looked) co_return error_of(looked);
  response.set_status("ok");
  co_return Result<void>();
}

}  // namespace vestnik::api
