#include "api/search_api.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/convert.hpp"
#include "api/fields.hpp"

namespace vestnik::api {
namespace {

constexpr std::size_t kPartBytes = 32;  // of JSON around a part's text

void add_part(std::string_view text, bool hit, contract::SearchHit& out) {
  if (text.empty()) return;
  auto& part = *out.add_parts();
  part.set_text(text.data(), text.size());
  part.set_hit(hit);
}

void to_contract(const chat::SearchHit& hit, contract::SearchHit& out) {
  api::to_contract(*hit.room, hit.message, *out.mutable_message());
  const auto& [text, ranges, is_cut_before, is_cut_after] = hit.fragment;
  const std::string_view all = text;
  std::size_t done = 0;
  for (const auto& [begin, end] : ranges) {
    add_part(all.substr(done, begin - done), false, out);
    add_part(all.substr(begin, end - begin), true, out);
    done = end;
  }
  add_part(all.substr(done), false, out);
  out.set_cut_before(is_cut_before);
  out.set_cut_after(is_cut_after);
}

chat::SearchRequest asked(const contract::SearchMessagesRequest& request) {
  chat::SearchRequest search{.query = request.q(),
                             .room = request.room(),
                             .limit = VESTNIK_FIELD(request, limit),
                             .before = VESTNIK_FIELD(request, before)};
  if (request.has_from()) search.from = request.from();
  if (request.has_to()) search.to = request.to();
  return search;
}

}  // namespace

void SearchApi::add_to(Methods& methods) {
  methods.add("vestnik.chat.v1.Chat.SearchMessages", *this, &SearchApi::search_messages);
}

Task<Result<void>> SearchApi::search_messages(Call& call, const contract::SearchMessagesRequest& request,
                                              contract::SearchMessagesResponse& response) {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) co_return error_of(actor);
  const chat::SearchRequest search = asked(request);
  const auto turn = co_await turns_.take(actor->authenticated ? actor->user_id : std::nullopt);
  if (!turn) co_return std::unexpected(turn.error());
  auto page = co_await pool_.run([this, &actor, &search] { return search_.find(*actor, search); });
  if (!page) co_return error_of(page);
  auto next = page->next;
  std::int64_t bytes = 0;
  for (const chat::SearchHit& hit : page->hits) {
    bytes += chat::weight_of(hit.message) +
             static_cast<std::int64_t>(2 * hit.fragment.text.size() + kPartBytes * (2 * hit.fragment.hits.size() + 1));
    if (bytes > call.answer_bytes_max && response.hits_size() > 0) {
      next = response.hits().rbegin()->message().id();
      break;
    }
    to_contract(hit, *response.add_hits());
  }
  if (page->indexed_through) api::to_contract(*page->indexed_through, *response.mutable_indexed_through());
  if (next) response.set_next(*next);
  co_return Result<void>();
}

}  // namespace vestnik::api
