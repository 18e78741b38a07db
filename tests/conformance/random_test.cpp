// Random sequences of calls: every storage answers step by step as the memory storage does, and that one as the naive
// store.
#include <fmt/core.h>
#include <rapidcheck.h>

#include <functional>
#include <memory>
#include <ostream>
#include <vector>

#include "conformance/naive_store.hpp"
#include "conformance/support.hpp"
#include "storage/memory/memory_store.hpp"

namespace vestnik::conformance {
namespace {

// One call, as its answer in words.
struct Operation {
  std::string text;
  std::function<std::string(chat::ChatStore&)> run;  // empty: close and open the storage
};

void showValue(const Operation& operation, std::ostream& out) {
  out << operation.text;
}

// Few names and short times, so that calls meet.
int pick(int begin, int end) {
  return *rc::gen::inRange(begin, end);
}
bool maybe() {
  return pick(0, 2) == 0;
}
std::string pick_room() {
  return fmt::format("room-id-{}", pick(0, 4));
}
Time pick_time() {
  return at(pick(0, 40) * 250ms);
}

Operation create_user() {
  const auto name = fmt::format("user {}", pick(0, 10));
  return {fmt::format("create_user({})", name),
          [=](auto& store) { return describe(store.create_user({.username = name, .email = std::nullopt})); }};
}

Operation create_room() {
  const auto room = new_room(pick_room(), fmt::format("room {}", pick(0, 4)));
  return {fmt::format("create_room({}, {})", room.info.id, room.info.name),
          [=](auto& store) { return describe(store.create_room(room)); }};
}

Operation append() {
  std::vector<chat::Draft> drafts;
  std::string text;
  for (int i = pick(0, 6); i > 0; --i) {
    auto draft = draft_for(pick_room(), fmt::format("text {}", pick(0, 3)));
    if (maybe()) draft.user_id = pick(1, 3);
    if (maybe()) draft.nonce = fmt::format("nonce {}", pick(0, 4));
    if (maybe()) draft.client_seq = pick(0, 100);
    text += fmt::format(" [{} '{}' user {} nonce {}]", draft.room_id, draft.content, draft.user_id.value_or(0),
                        draft.nonce.value_or("none"));
    drafts.push_back(std::move(draft));
  }
  const auto now = pick_time();
  return {fmt::format("append({},{})", format_rfc3339(now), text),
          [=](auto& store) { return describe(store.append(drafts, now)); }};
}

Operation list_messages() {
  auto query = query_for(pick_room());
  query.order = maybe() ? chat::Order::kAscending : chat::Order::kDescending;
  query.limit = pick(0, 20);
  if (maybe()) query.after = pick(-1, 30);
  if (maybe()) query.before = pick(-1, 30);
  if (maybe()) query.offset = pick(0, 20);
  if (maybe()) query.from = pick_time();
  if (maybe()) query.to = pick_time();
  return {fmt::format("list_messages({} {} after {} before {} from {} to {} offset {} limit {})", query.room_id,
                      query.order == chat::Order::kAscending ? "asc" : "desc", query.after, query.before.value_or(-1),
                      query.from ? format_rfc3339(*query.from) : "none", query.to ? format_rfc3339(*query.to) : "none",
                      query.offset, query.limit),
          [=](auto& store) { return describe(store.list_messages(query)); }};
}

Operation look_around() {
  const auto room = pick_room();
  const auto user = pick(0, 5);
  const auto offset = pick(0, 4);
  const auto limit = pick(0, 4);
  const auto since = pick_time();
  return {fmt::format("look_around({} {} {} {} {})", room, user, offset, limit, format_rfc3339(since)),
          [=](auto& store) {
            return describe(store.find_room(room)) + "\n" + describe(store.get_user(user)) + "\n" +
                   describe(store.list_rooms(offset, limit)) + describe(store.list_users(offset, limit)) +
                   describe(store.stats(since));
          }};
}

Operation reopen() {
  return {"reopen()", {}};
}

std::vector<Operation> pick_operations() {
  const auto operation = rc::gen::mapcat(
      rc::gen::weightedElement<Operation (*)()>(
          {{1, create_user}, {2, create_room}, {6, append}, {6, list_messages}, {2, look_around}, {1, reopen}}),
      [](Operation (*make)()) { return rc::gen::exec(make); });
  return *rc::gen::container<std::vector<Operation>>(operation);
}

class RandomCalls : public testing::TestWithParam<Storage> {};
VESTNIK_FOR_EVERY_STORAGE(RandomCalls);

TEST_P(RandomCalls, AreAnsweredAsByTheModel) {
  const bool is_model = GetParam().name == "memory";
  EXPECT_TRUE(rc::check(GetParam().name + " answers as its model", [&] {
    const auto operations = pick_operations();
    const auto subject = GetParam().make();
    std::unique_ptr<chat::ChatStore> model;
    if (is_model) {
      model = std::make_unique<NaiveStore>();
    } else {
      model = std::make_unique<storage::MemoryStore>();
    }
    for (const auto& operation : operations) {
      if (!operation.run) {
        subject->reopen();
        continue;
      }
      const auto answer = operation.run(subject->store());
      const auto expected = operation.run(*model);
      if (answer != expected)
        RC_FAIL(fmt::format("{}\nanswered:\n{}\nexpected:\n{}", operation.text, answer, expected));
    }
  }));
}

}  // namespace
}  // namespace vestnik::conformance
