#include "app/health.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/log.hpp"

namespace vestnik::app {
namespace {

// What is wrong with the time, as a sentence.
std::optional<std::string> clock_trouble(const ServerClock& clock, const chat::ChatService& chat) {
  const auto seconds = [](auto duration) { return std::chrono::round<std::chrono::seconds>(duration).count(); };
  if (const auto jump = clock.jump()) {
    return fmt::format(
        "The system's clock has jumped by {} s; the server's time goes on as before until it is back or "
        "has settled.",
        seconds(*jump));
  }
  if (const auto ahead = chat.time_ahead(); ahead >= chat::kTimeAheadTold) {
    return fmt::format(
        "The newest messages are dated {} s ahead of the clock; later ones are dated just after them "
        "until it has caught up. If the clock is right, stop the server and run vestnik repair-times.",
        seconds(ahead));
  }
  return std::nullopt;
}

}  // namespace

Result<api::Component::State> look_at_store(chat::ChatStore& store, const StoreFailures& failures) {
  if (auto checked = store.check(); !checked) return error_of(checked);
  auto failure = failures.recent();
  const bool degraded = failure.has_value();
  return api::Component::State{.degraded = degraded,
                               .detail = failure ? *std::move(failure) : std::string(store.description())};
}

Result<api::Component::State> look_at_deliveries(storage::DeliveryStore& store) {
  if (auto checked = store.check(); !checked) {
    return api::Component::State{.degraded = true, .detail = std::move(checked.error().detail)};
  }
  return api::Component::State{.detail = std::string(store.description())};
}

Result<api::Component::State> look_at_clock(const ServerClock& clock, const chat::ChatService& chat) {
  auto trouble = clock_trouble(clock, chat);
  const bool degraded = trouble.has_value();
  return api::Component::State{.degraded = degraded, .detail = std::move(trouble).value_or("")};
}

void TimeWatch::look() {
  const auto ahead = chat_.time_ahead();
  const bool is_ahead = ahead >= chat::kTimeAheadTold;
  if (is_ahead == std::exchange(was_ahead_, is_ahead)) return;
  if (is_ahead) {
    log::warn("the newest messages are dated ahead of the clock; later ones are dated just after them",
              {{"ahead_s", std::chrono::duration<double>(ahead).count()}});
  } else {
    log::info("the clock has caught up with the newest messages");
  }
}

}  // namespace vestnik::app
