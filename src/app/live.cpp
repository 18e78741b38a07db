#include "app/live.hpp"

#include <chrono>
#include <span>

#include "api/presence.hpp"
#include "api/room_events.hpp"

namespace vestnik::app {
namespace {

constexpr std::size_t kPoolWaitingMax = 4'096;

std::chrono::milliseconds guest_room_ttl(const Domain& domain, const ServerConfig& config) {
  return domain.access == chat::Access::kSessions ? config.timeouts.guest_room : std::chrono::milliseconds::zero();
}

}  // namespace

Live::Live(Ground& ground, Domain& domain, const ServerConfig& config)
    : cores(config.runtime.cores),
      pool(config.runtime.pool_threads, kPoolWaitingMax),
      search_pool(kSearchThreads, kPoolWaitingMax),
      hub(cores, {.window_bytes = config.limits.window_bytes, .window_total_bytes = config.limits.window_total_bytes},
          ground.metrics),
      indexer(*domain.store, ground.metrics),
      search(*domain.store, domain.rooms, domain.access, {.time = config.timeouts.search}, ground.now(),
             [this] { indexer.wake(); }),
      writer(
          *domain.store, cores, {.queue_items_max = config.limits.write_queue_messages},
          [this, &domain](std::span<const chat::Committed> batch) {
            domain.chat.note_committed(batch);
            indexer.wake();
            hub.publish(api::room_events(batch));
          },
          ground.now(), ground.metrics),
      housekeeper(*domain.store, domain.rooms, domain.sessions, *domain.attachments, writer, pool,
                  guest_room_ttl(domain, config), ground.now(), ground.metrics) {
  domain.rooms.listen([this, &rooms = domain.rooms](const chat::Event& change) {
    hub.publish_one(api::RoomEvent(*rooms.log(), change));
  });
}

void Live::start(Domain& domain) {
  auto& context = cores[0].context();
  asio::co_spawn(context, housekeeper.run(cores[0]), asio::detached);
  asio::co_spawn(context, domain.keys.follow(pool), asio::detached);
  asio::co_spawn(context, api::tell_presence(domain.chat, hub, pool), asio::detached);
}

}  // namespace vestnik::app
