#include "chat/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "chat/rules.hpp"
#include "chat/search_tokens.hpp"

namespace vestnik::chat {
namespace {

// A small page asks the index for some more at once, in case that some are left out.
constexpr std::int32_t kAskedMin = 32;
// Each time it is asked for twice as many, up to some.
constexpr std::int32_t kAskedMax = 1'024;

// That this thread has had: on a busy machine a search costs no more than on another.
std::chrono::nanoseconds processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

Result<FoundTexts> find_messages(SearchStore& store, const SearchQuery& query, SearchFilter filter,
                                 const SearchEffort& effort) {
  const auto until = processor_time() + effort.time;
  const auto wanted = static_cast<std::size_t>(std::max(filter.limit, 1));
  filter.limit = std::max(filter.limit + 1, kAskedMin);
  SearchTokenizer tokenizer;
  FoundTexts page;
  std::size_t bytes = 0;
  for (int asks = 1;; ++asks) {
    auto found = store.search(query, filter);
    if (!found) return found;
    if (!page.indexed_through) page.indexed_through = found->indexed_through;
    for (auto& each : found->messages) {
      const MessageId id = each.second.id;
      bytes += each.second.content.size();
      if (matches(query, tokenizer.tokenize(each.second.content))) {
        if (page.messages.size() == wanted) {
          page.next = page.messages.back().second.id;
          return page;
        }
        page.messages.push_back(std::move(each));
      }
      if (bytes >= effort.bytes || processor_time() >= until) {
        page.next = id;
        return page;
      }
    }
    if (!found->next || asks == effort.asks || processor_time() >= until) {
      page.next = found->next;
      return page;
    }
    filter.before = found->next;
    if (filter.limit < kAskedMax) filter.limit *= 2;
  }
}

Result<SearchPage> Search::find(const Actor& actor, const SearchRequest& request) {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  auto query = parse_search_query(request.query, "q");
  if (!query) return error_of(query);
  auto filter = filter_of(request);
  if (!filter) return error_of(filter);
  if (query->clauses.empty()) return SearchPage{};
  auto found = find_messages(store_, *query, std::move(*filter), effort_);
  if (!found) {
    on_failure_();
    return error_of(found);
  }

  SearchPage page{.hits = {}, .indexed_through = found->indexed_through, .next = found->next};
  SearchTokenizer tokenizer;
  for (auto& [room_id, message] : found->messages) {
    RoomPtr room = rooms_.find(room_id);
    if (!room) continue;  // closed at this moment
    auto fragment = mark_fragment(*query, message.content, tokenizer);
    page.hits.push_back({.room = std::move(room), .message = std::move(message), .fragment = std::move(fragment)});
  }
  return page;
}

Result<SearchFilter> Search::filter_of(const SearchRequest& request) const {
  SearchFilter filter{.before = request.before, .limit = request.limit.value_or(kSearchPage)};
  if (filter.limit < 1 || filter.limit > kSearchPageMax) {
    return invalid("limit", fmt::format("{} is out of range; give 1 to {}", filter.limit, kSearchPageMax));
  }
  if (filter.before && *filter.before < 1) return invalid("before", "not the number of a message; give `next`");
  const Time now = clock_();
  if (request.from) {
    auto from = parse_time("from", *request.from, now);
    if (!from) return error_of(from);
    filter.from = *from;
  }
  if (request.to) {
    auto to = parse_time("to", *request.to, now);
    if (!to) return error_of(to);
    filter.to = *to;
  }
  if (!request.room.empty()) {
    auto room = rooms_.get(request.room);
    if (!room) return error_of(room);
    filter.room_id = (*room)->id;
  }
  return filter;
}

}  // namespace vestnik::chat
