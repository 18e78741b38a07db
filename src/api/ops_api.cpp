#include "api/ops_api.hpp"

#include <fmt/format.h>

#include <chrono>
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
  const auto begun = std::chrono::steady_clock::now();
  auto checked = co_await pool_.run([this] { return store_.check(); });
  if (!checked) {
    Error error{.code = ErrorCode::kUnavailable,
                .detail = "the component store is failing",
                .retry_after = std::chrono::seconds(1)};
    error.violations.push_back({"store", std::move(checked.error().detail)});
    co_return std::unexpected(std::move(error));
  }
  const double latency_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
  const auto failure = sources_.store_failures.recent();
  const auto trouble = clock_trouble();
  response.set_status(failure || trouble ? kDegraded : kOk);
  response.set_version(build_.version);
  response.set_uptime_seconds(status_.uptime_seconds());
  auto& store = *response.add_components();
  store.set_name("store");
  store.set_status(failure ? kDegraded : kOk);
  store.set_latency_ms(latency_ms);
  store.set_detail(failure.value_or(std::string(store_.description())));
  auto& clock = *response.add_components();
  clock.set_name("clock");
  clock.set_status(trouble ? kDegraded : kOk);
  if (trouble) clock.set_detail(*trouble);
  co_return Result<void>();
}

std::optional<std::string> OpsApi::clock_trouble() const {
  const auto seconds = [](auto duration) { return std::chrono::round<std::chrono::seconds>(duration).count(); };
  if (const auto jump = sources_.clock.jump()) {
    return fmt::format(
        "The system's clock has jumped by {} s; the server's time goes on as before until it is back or "
        "has settled.",
        seconds(*jump));
  }
  if (const auto ahead = sources_.chat.time_ahead(); ahead >= chat::kTimeAheadTold) {
    return fmt::format(
        "The newest messages are dated {} s ahead of the clock; later ones are dated just after them "
        "until it has caught up. If the clock is right, stop the server and run vestnik repair-times.",
        seconds(ahead));
  }
  return std::nullopt;
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
  if (auto checked = co_await pool_.run([this] { return store_.check(); }); !checked) {
    co_return std::unexpected(std::move(checked.error()));
  }
  response.set_status("ok");
  co_return Result<void>();
}

}  // namespace vestnik::api
