#include "app/domain.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "storage/open_store.hpp"

namespace vestnik::app {
namespace {

std::int64_t or_unlimited(std::uint32_t limit) {
  return limit > 0 ? limit : chat::kUnlimited;
}

chat::Limits chat_limits(const Limits& limits) {
  return {.max_message_length = static_cast<std::int32_t>(limits.max_message_length),
          .max_rooms = static_cast<std::int64_t>(limits.max_rooms),
          .max_users = static_cast<std::int64_t>(limits.max_users),
          .max_room_messages = static_cast<std::int64_t>(limits.max_room_messages),
          .max_page = static_cast<std::int32_t>(limits.max_page),
          .max_rooms_per_user = or_unlimited(limits.max_rooms_per_user),
          .max_rooms_joined = or_unlimited(limits.max_rooms_joined),
          .max_cursors_per_user = or_unlimited(limits.max_cursors_per_user),
          .max_attachments = limits.max_attachments_per_message};
}

chat::Rates::Options rates_of(const Limits& limits) {
  return {.user_rate = limits.user_rate,
          .user_burst = static_cast<double>(limits.user_burst),
          .address_rate = limits.address_rate,
          .address_burst = static_cast<double>(limits.address_burst)};
}

chat::AttachmentService::Options attachment_options(const ServerConfig& config) {
  const std::uint64_t user_bytes_max = config.limits.max_attachments_user_bytes;
  return {.bytes_max = config.limits.max_attachment_bytes,
          .user_bytes_max = user_bytes_max > 0 ? user_bytes_max : std::numeric_limits<std::uint64_t>::max(),
          .unclaimed = config.timeouts.unclaimed_attachment};
}

// The folder belongs to the database whose attachments it holds: the lobby's id tells which one that is.
Result<std::unique_ptr<storage::FileBlobStore>> open_blobs(const ServerConfig& config, storage::Store& store,
                                                           storage::OnFailure on_failure) {
  const std::uint64_t bytes_max = config.limits.max_attachments_total_bytes;
  auto beside = storage::attachments_folder(config.storage.url);
  if (!beside && config.storage.attachments.empty()) return std::unexpected(std::move(beside.error()));
  if (beside && !*beside) return storage::FileBlobStore::open_temporary(bytes_max, std::move(on_failure));
  const std::string& folder = config.storage.attachments.empty() ? **beside : config.storage.attachments;
  auto lobby = store.find_room(chat::kLobby);
  if (!lobby) return std::unexpected(std::move(lobby.error()));
  // Earlier versions could close a lobby, and the next one has another id.
  const auto is_known = [&store](std::string_view sha256) { return store.has_content(sha256).value_or(false); };
  return storage::FileBlobStore::open(folder, lobby->info.id, bytes_max, std::move(on_failure), is_known);
}

void measure(Metrics& metrics, const Domain& domain) {
  metrics.gauge("sessions_open", "Open sessions.", [&domain] { return static_cast<double>(domain.sessions.size()); });
  metrics.gauge("guests_active", "Guests with a session.",
                [&domain] { return static_cast<double>(domain.sessions.guests()); });
  metrics.gauge("rooms_open", "Open rooms.", [&domain] { return static_cast<double>(domain.rooms.size()); });
  metrics.gauge("store_time_ahead_seconds", "How far the newest message is dated ahead of the clock.",
                [&domain] { return std::chrono::duration<double>(domain.chat.time_ahead()).count(); });
  metrics.gauge("attachment_bytes", "Bytes of attachments, kept and on their way in.",
                [&domain] { return static_cast<double>(domain.blobs->used_bytes()); });
}

storage::OnFailure note_failures(Ground& ground) {
  return [&failures = ground.store_failures](const Error& error) { failures.note(error); };
}

}  // namespace

Domain::Domain(Ground& ground, const ServerConfig& config, std::unique_ptr<storage::Store> opened)
    : store(std::move(opened)),
      access(config.listening.require_sessions ? chat::Access::kSessions : chat::Access::kOpen),
      limits(chat_limits(config.limits)),
      keys(*store, ground.now()),
      sessions(*store, keys, rooms, config.timeouts.session, access, ground.now(),
               [&clock = ground.clock] { return clock.steady_now(); }),
      rates(access, rates_of(config.limits), ground.metrics),
      chat(*store, rooms, sessions, presence, limits, access, rates, ground.now()),
      changes(*store, rooms, limits, access, rates, ground.now()) {}

Result<std::unique_ptr<Domain>> Domain::open(Ground& ground, const ServerConfig& config) {
  auto store =
      storage::open_store(config.storage.url, {.timeout = config.storage.timeout, .on_failure = note_failures(ground)});
  if (!store) return error_of(store);
  std::unique_ptr<Domain> domain(new Domain(ground, config, std::move(*store)));
  if (auto ok = domain->read(ground, config); !ok) return error_of(ok);
  measure(ground.metrics, *domain);
  return domain;
}

Result<void> Domain::read(Ground& ground, const ServerConfig& config) {
  if (auto ok = keys.refresh(); !ok) return ok;
  if (auto ok = chat.open(); !ok) return ok;
  auto opened = open_blobs(config, *store, note_failures(ground));
  if (!opened) return error_of(opened);
  blobs = std::move(*opened);
  attachments.emplace(*store, *blobs, attachment_options(config), ground.now());
  attachments->check(blobs->take_found());
  auto deliveries = storage::open_delivery(config.storage.url,
                                           {.timeout = config.storage.timeout, .on_failure = note_failures(ground)});
  if (!deliveries) return error_of(deliveries);
  delivery_store = std::move(*deliveries);
  recipients.emplace(*delivery_store, limits.max_page, ground.now());
  return {};
}

}  // namespace vestnik::app
