#include "conformance/crash_child.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <vector>

#include "conformance/support.hpp"

namespace vestnik::conformance {

int append_until_killed(std::string_view url) {
  const auto store = must(storage::open_store(url, {}));
  const auto room = must(store->find_room(kCrashRoom));
  std::int64_t n = room.counter;
  while (true) {
    std::vector<chat::Draft> drafts;
    for (std::int64_t i = 1; i <= n % 7 + 1; ++i) {
      drafts.push_back(draft_for(room.info.id, fmt::format("{}", n + i)));
      drafts.back().nonce = drafts.back().content;
    }
    std::vector<Acknowledged> acknowledged;
    for (auto& result : must(store->append(drafts, system_now()))) {
      const auto& message = must(std::move(result)).message;
      acknowledged.push_back({.id = message.id, .n = message.n});
    }
    n += std::ssize(drafts);
    const auto size = static_cast<ssize_t>(acknowledged.size() * sizeof(Acknowledged));
    if (write(STDOUT_FILENO, acknowledged.data(), static_cast<std::size_t>(size)) != size) return 1;
  }
}

}  // namespace vestnik::conformance
