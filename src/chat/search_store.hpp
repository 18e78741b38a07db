// The port of search: texts found by their tokens, in an index that follows the messages a moment behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/search_query.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// Which of the messages that a query finds: those of the room, if one is given, with from <= created_at < to and
// id < before, the newest `limit`, or as many of them as have `bytes_max` of text, at least one.
struct SearchFilter {
  std::optional<RoomId> room_id;
  std::optional<Time> from;
  std::optional<Time> to;
  std::optional<MessageId> before;
  std::int32_t limit = 50;  // from 1
  std::size_t bytes_max = std::size_t{1} << 20;
};

struct FoundTexts {
  std::vector<std::pair<RoomId, Message>> messages;  // newest first
  std::optional<MessageId> next;                     // `before` of what follows; absent: nothing does
  std::optional<Time> indexed_through;  // what was written or edited before is found; absent: everything is
};

// What one call has brought into the index, and what remains.
struct IndexStep {
  std::int64_t messages = 0;  // that were looked at
  std::int64_t waiting = 0;   // about how many are still to be looked at
  bool more = false;          // the next call has something to do
};

// Synchronous. Errors of every call: unavailable (the index or the storage failed), deadline_exceeded. A failure here
// is none of the chat: messages are written and read as before, and the next call tries again.
class SearchStore {
 public:
  virtual ~SearchStore() = default;

  // All messages that the query, which has a clause, found when they were indexed, as they are now, and perhaps some
  // more: those that readers do not see any more are left out, but a text may have changed, and an index may look less
  // closely than matches(), which chat/search.hpp asks. May find fewer than `limit` although there is a `next`. Any
  // thread.
  virtual Result<FoundTexts> search(const SearchQuery& query, const SearchFilter& filter) = 0;

  // Brings about `limit` messages into the index, and what was edited, deleted, trimmed or closed out of it. In the end
  // the index has exactly the texts that readers see, whatever happened in between. Some milliseconds for each hundred
  // messages. One thread at a time.
  virtual Result<IndexStep> index_some(std::int32_t limit) = 0;

  // Empties the index, so that index_some() begins from the first message. The thread of index_some().
  virtual Result<void> clear_index() = 0;
};

}  // namespace vestnik::chat
