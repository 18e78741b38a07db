// Search as users see it: a page of messages whose present text has what they typed, with the place in it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/authorize.hpp"
#include "chat/room_directory.hpp"
#include "chat/search_match.hpp"
#include "chat/search_query.hpp"
#include "chat/search_store.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// What one search may cost. At its end the answer has what was found until then, be it nothing, and a `next`.
struct SearchEffort {
  std::chrono::nanoseconds time = std::chrono::hours(1);  // of the processor
  std::size_t bytes = std::size_t{8} << 20;               // of texts that are looked at
  int asks = 16;                                          // of the index
};

// Up to `filter.limit` messages whose text is found by the query now, whatever the index remembers: it is asked on
// until the page is full, or the effort was made. Looks at one message at least. Blocks. Any thread. Errors: as
// SearchStore::search.
Result<FoundTexts> find_messages(SearchStore& store, const SearchQuery& query, SearchFilter filter,
                                 const SearchEffort& effort = {});

// A search as the client asks for it.
struct SearchRequest {
  std::string_view query;
  std::string_view room;                     // empty: all open rooms
  std::optional<std::string_view> from, to;  // RFC 3339 or "-10m"
  std::optional<std::int32_t> limit;         // 1 to kSearchPageMax
  std::optional<MessageId> before;
};

inline constexpr std::int32_t kSearchPage = 20;
inline constexpr std::int32_t kSearchPageMax = 100;

struct SearchHit {
  RoomPtr room;
  Message message;
  MarkedFragment fragment;
};

struct SearchPage {
  std::vector<SearchHit> hits;          // newest first
  std::optional<Time> indexed_through;  // as FoundTexts
  std::optional<MessageId> next;        // `before` of the next page
};

class Search {
 public:
  // `on_failure` is called when the store fails, so that somebody gives it the time to repair its index.
  Search(SearchStore& store, const RoomDirectory& rooms, Access access, SearchEffort effort, Clock clock,
         std::function<void()> on_failure)
      : store_(store),
        rooms_(rooms),
        access_(access),
        effort_(effort),
        clock_(std::move(clock)),
        on_failure_(std::move(on_failure)) {}

  // Blocks. Any thread. Errors: unauthenticated, permission_denied, not_found (the room), invalid_argument with the
  // field, and those of the store.
  Result<SearchPage> find(const Actor& actor, const SearchRequest& request);

 private:
  Result<SearchFilter> filter_of(const SearchRequest& request) const;

  SearchStore& store_;
  const RoomDirectory& rooms_;
  Access access_;
  SearchEffort effort_;
  Clock clock_;
  std::function<void()> on_failure_;
};

}  // namespace vestnik::chat
