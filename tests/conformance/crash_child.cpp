#include "conformance/crash_child.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <thread>
#include <variant>
#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {

chat::MessageId crash_message_id(std::int64_t n) {
  return n / 5 * 3 + n % 5;
}

chat::Change crash_change(const chat::RoomId& room, std::int64_t n) {
  switch (n % 5) {
    case 4:
      return chat::Edit{room, crash_message_id(n - 3), 1, fmt::format("edited at {}", n)};
    case 0:
      return chat::ReactionChange{room, crash_message_id(n - 2), 1, "+"};
    default:
      auto draft = draft_for(room, fmt::format("{}", n));
      draft.nonce = draft.content;
      return draft;
  }
}

int append_until_killed(std::string_view url) {
  const auto store = must(storage::open_store(url, {}));
  const auto room = must(store->find_room(kCrashRoom));
  std::int64_t n = room.counter;
  const std::jthread indexer([&store](const std::stop_token& stop) {
    while (!stop.stop_requested()) must(store->index_some(20));
  });
  while (true) {
    std::vector<chat::Change> changes;
    for (std::int64_t i = 1; i <= n % 7 + 1; ++i) changes.push_back(crash_change(room.info.id, n + i));
    std::vector<Acknowledged> acknowledged;
    for (auto& result : must(store->append(changes, system_now()))) {
      const auto event = must(std::move(result)).event;
      const auto* sent = std::get_if<chat::MessageSent>(&event.what);
      acknowledged.push_back({.id = sent == nullptr ? 0 : sent->message.id, .n = event.n});
    }
    n += std::ssize(changes);
    const auto size = static_cast<ssize_t>(acknowledged.size() * sizeof(Acknowledged));
    if (write(STDOUT_FILENO, acknowledged.data(), static_cast<std::size_t>(size)) != size) return 1;
  }
}

}  // namespace vestnik::conformance
