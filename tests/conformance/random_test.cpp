// Random sequences of calls: every storage answers step by step as the memory storage does, and that one as the naive
// store.
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <rapidcheck.h>

#include <algorithm>
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
  std::function<std::string(storage::Store&)> run;  // empty: close and open the storage
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
  return fmt::format("room-id-{}", pick(0, 3));
}
Time pick_time() {
  return at(pick(0, 40) * 250ms);
}
chat::UserId pick_user() {
  return pick(1, 6);
}
std::optional<chat::UserId> maybe_user() {
  return maybe() ? std::optional(pick_user()) : std::nullopt;
}
std::string pick_name() {
  return fmt::format("user {}", pick(0, 5));
}
std::string pick_key() {
  return fmt::format("key {}", pick(0, 6));
}
std::string pick_cursor() {
  return maybe() ? "" : "phone";
}
std::string pick_emoji() {
  return std::vector{"👍", "❤", "😀"}[static_cast<std::size_t>(pick(0, 3))];
}
chat::RoomRules pick_rules() {
  chat::RoomRules rules;
  if (maybe()) rules.max_length = pick(1, 3);
  if (maybe()) rules.message_limit = pick(1, 3);
  if (maybe()) rules.expires_at = pick_time();
  rules.read_only = maybe();
  rules.client_seq_required = maybe();
  return rules;
}
chat::RulesPatch pick_patch() {
  const chat::RoomRules rules = pick_rules();
  chat::RulesPatch patch;
  if (maybe()) patch.max_length = rules.max_length;
  if (maybe()) patch.message_limit = rules.message_limit;
  if (maybe()) patch.expires_at = rules.expires_at;
  if (maybe()) patch.read_only = rules.read_only;
  return patch;
}

Operation change_people() {
  const chat::NewUser user{.username = pick_name(), .email = std::nullopt};
  switch (pick(0, 8)) {
    case 5: {
      const auto id = pick_user();
      return {fmt::format("remove_user({})", id), [=](auto& store) { return describe(store.remove_user(id)); }};
    }
    case 6: {
      const chat::NewApiKey key{.name = user.username,
                                .hash = "hash of " + user.username,
                                .scopes = chat::Scopes::from_bits(pick(0, 15)),
                                .user_id = pick_user(),
                                .created_at = pick_time(),
                                .expires_at = maybe() ? std::optional(pick_time()) : std::nullopt};
      return {fmt::format("create_key({}, {})", key.name, key.user_id),
              [=](auto& store) { return describe(store.create_key(key)); }};
    }
    case 7:
      return {fmt::format("revoke_key({})", user.username),
              [=](auto& store) { return describe(store.revoke_key(user.username)); }};
    case 8:
      return {"list_keys()", [](auto& store) { return describe(store.list_keys()); }};
    case 0:
      return {fmt::format("create_user({})", user.username),
              [=](auto& store) { return describe(store.create_user(user)); }};
    case 1: {
      const auto id = pick_user();
      return {fmt::format("promote_guest({}, {})", id, user.username),
              [=](auto& store) { return describe(store.promote_guest(id, user)); }};
    }
    case 2: {
      const auto key = pick_key();
      const auto active_at = maybe() ? std::optional(pick_time()) : std::nullopt;
      return {fmt::format("end_session({}, {})", key, active_at ? format_rfc3339(*active_at) : "any"),
              [=](auto& store) { return describe(store.end_session(key, active_at)); }};
    }
    default: {
      const chat::NewSession session{.key = pick_key(), .user_id = maybe_user(), .display_name = user.username};
      const auto now = pick_time();
      return {fmt::format("create_session({}, {}, {})", session.key, session.user_id.value_or(0), format_rfc3339(now)),
              [=](auto& store) { return describe(store.create_session(session, now)); }};
    }
  }
}

Operation create_room() {
  auto room = new_room(pick_room(), fmt::format("room {}", pick(0, 3)));
  room.info.owner_id = maybe_user();
  room.rules = pick_rules();
  return {fmt::format("create_room({}, {})", room.info.id, room.info.name),
          [=](auto& store) { return describe(store.create_room(room)); }};
}

std::string pick_attachment() {
  return fmt::format("attachment {}", pick(0, 4));
}

chat::Attachment attachment_of(std::string id, int content) {
  return {.id = std::move(id),
          .sha256 = fmt::format("content {}", content),
          .size = 7,
          .name = "a.txt",
          .content_type = "text/plain",
          .user_id = {},
          .created_at = at(5s)};
}

Operation add_attachment() {
  auto attachment = attachment_of(pick_attachment(), pick(0, 2));
  if (pick(0, 2) == 0) attachment.user_id = pick_user();
  attachment.created_at = pick_time();
  const auto user_bytes_max = static_cast<std::uint64_t>(pick(0, 3)) * attachment.size;
  return {fmt::format("add({}, {})", describe(attachment), user_bytes_max), [=](auto& store) {
            return store.get_attachment(attachment.id) ? "taken"
                                                       : describe(store.add_attachment(attachment, user_bytes_max));
          }};
}

void sweep_all(storage::Store& store) {
  while (must(store.sweep_closed_rooms())) continue;
}

// What closed rooms have let go of is certain only when they have been swept.
Operation remove_attachments() {
  std::vector<chat::AttachmentId> ids;
  for (int i = pick(0, 3); i > 0; --i) ids.push_back(pick_attachment());
  const auto before = pick_time();
  return {fmt::format("remove({}) before {}", fmt::join(ids, ", "), format_rfc3339(before)),
          [=](storage::Store& store) {
            sweep_all(store);
            auto unused = must(store.list_unused(before, 100));
            std::ranges::sort(unused, {}, &chat::Attachment::id);
            const auto gone = must(store.remove_unused(ids));
            std::string text = describe(unused) + fmt::format("gone: {}", fmt::join(gone, ", "));
            for (int i = 0; i < 2; ++i)
              text += must(store.has_content(fmt::format("content {}", i))) ? " kept" : " not kept";
            for (int i = 0; i < 4; ++i) text += "\n" + describe(store.get_attachment(fmt::format("attachment {}", i)));
            for (int i = 1; i <= 6; ++i) text += fmt::format("\n{} bytes", must(store.attachment_bytes(i)));
            return text;
          }};
}

chat::Change pick_draft() {
  auto draft = draft_for(pick_room(), fmt::format("text {}", pick(0, 3)));
  draft.user_id = maybe_user();
  if (maybe()) draft.nonce = fmt::format("nonce {}", pick(0, 4));
  if (maybe()) draft.client_seq = pick(0, 100);
  if (pick(0, 4) == 0) draft.reply_to = pick(1, 20);
  if (pick(0, 4) == 0) draft.message_limit = pick(0, 6);
  if (maybe()) draft.attachment_ids.push_back(pick_attachment());
  if (const auto other = pick_attachment(); maybe() && draft.attachment_ids != std::vector{other}) {
    draft.attachment_ids.push_back(other);
  }
  return draft;
}

chat::Change pick_change() {
  const auto room = pick_room();
  const chat::MessageId message = pick(1, 20);
  switch (pick(0, 20)) {
    case 0:
    case 1:
    case 2:
      return chat::Edit{room, message, maybe_user(), fmt::format("text {}", pick(0, 3))};
    case 3:
      return chat::Deletion{room, message, maybe_user()};
    case 4:
    case 5:
    case 6:
    case 7:
      return chat::ReactionChange{room, message, pick_user(), pick_emoji(), pick(0, 3) != 0};
    case 8:
    case 9:
      return chat::Membership{room, pick_user(), pick(0, 3) != 0, maybe() ? chat::kUnlimited : pick(0, 2)};
    case 10:
      return chat::RulesChange{room, maybe_user(), pick_patch()};
    case 11:
      if (maybe()) {
        return chat::Closing{.room_id = room,
                             .user_id = maybe_user(),
                             .reason = chat::CloseReason::kExpired,
                             .expires_at = maybe() ? std::optional(pick_time()) : std::nullopt};
      }
      [[fallthrough]];
    default:
      return pick_draft();
  }
}

std::string text_of(const chat::Change& change) {
  struct Text {
    std::string operator()(const chat::Draft& draft) const {
      return fmt::format("'{}' nonce {} reply to {} limit {} with {}", draft.content, draft.nonce.value_or("none"),
                         draft.reply_to.value_or(0), draft.message_limit.value_or(-1),
                         fmt::join(draft.attachment_ids, ", "));
    }
    std::string operator()(const chat::Edit& edit) const {
      return fmt::format("edit {} '{}'", edit.message_id, edit.content);
    }
    std::string operator()(const chat::Deletion& deletion) const {
      return fmt::format("delete {}", deletion.message_id);
    }
    std::string operator()(const chat::ReactionChange& change) const {
      return fmt::format("{} {} {}", change.add ? "give" : "take", change.emoji, change.message_id);
    }
    std::string operator()(const chat::Membership& membership) const {
      return membership.join ? fmt::format("join, at most {}", membership.rooms_max) : "leave";
    }
    std::string operator()(const chat::RulesChange& change) const {
      return "rules " + describe(chat::patched({}, change.patch));
    }
    std::string operator()(const chat::Closing&) const { return "close"; }
  };
  const auto user = std::visit([](const auto& each) -> std::optional<chat::UserId> { return each.user_id; }, change);
  return fmt::format("{} by {}: {}", chat::room_of(change), user.value_or(0), std::visit(Text(), change));
}

Operation append() {
  std::vector<chat::Change> changes;
  std::string text;
  for (int i = pick(0, 6); i > 0; --i) {
    changes.push_back(pick_change());
    text += fmt::format(" [{}]", text_of(changes.back()));
  }
  const auto now = pick_time();
  return {fmt::format("append({},{})", format_rfc3339(now), text),
          [=](auto& store) { return describe(store.append(changes, now)); }};
}

// Of a page of a few messages, with and without emoji.
std::int64_t pick_bytes() {
  return pick(0, 6'000);
}

Operation list_messages() {
  auto query = query_for(pick_room());
  query.order = maybe() ? chat::Order::kAscending : chat::Order::kDescending;
  query.limit = pick(0, 20);
  if (maybe()) query.after = pick(-1, 30);
  if (maybe()) query.before = pick(-1, 30);
  if (maybe()) query.offset = pick(0, 10);
  if (maybe()) query.from = pick_time();
  if (maybe()) query.to = pick_time();
  if (maybe()) query.bytes_max = pick_bytes();
  return {fmt::format("list_messages({} {} after {} before {} from {} to {} offset {} limit {} bytes {})",
                      query.room_id, query.order == chat::Order::kAscending ? "asc" : "desc", query.after,
                      query.before.value_or(-1), query.from ? format_rfc3339(*query.from) : "none",
                      query.to ? format_rfc3339(*query.to) : "none", query.offset, query.limit, query.bytes_max),
          [=](auto& store) { return describe(store.list_messages(query)); }};
}

Operation list_events() {
  const auto room = pick_room();
  const auto after = pick(-1, 30);
  const auto limit = pick(-1, 30);
  const auto bytes_max = maybe() ? chat::kUnlimited : pick_bytes();
  return {fmt::format("list_events({}, {}, {}, {})", room, after, limit, bytes_max),
          [=](auto& store) { return describe(store.list_events(room, after, limit, bytes_max)); }};
}

Operation set_cursor() {
  const chat::CursorKey cursor{.room_id = pick_room(), .user_id = pick_user(), .name = pick_cursor()};
  const auto n = pick(-1, 30);
  const std::int64_t cursors_max = maybe() ? chat::kUnlimited : pick(0, 4);
  return {fmt::format("set_cursor({}, {}, '{}', {}, {})", cursor.room_id, cursor.user_id, cursor.name, n, cursors_max),
          [=](auto& store) { return describe(store.set_cursor(cursor, n, cursors_max)); }};
}

Operation look_around() {
  const auto room = pick_room();
  const auto user = pick_user();
  const auto cursor = pick_cursor();
  const auto message = pick(1, 20);
  const auto offset = pick(0, 3);
  const auto limit = pick(0, 4);
  const auto since = pick_time();
  return {fmt::format("look_around({} {} '{}' {} {} {} {})", room, user, cursor, message, offset, limit,
                      format_rfc3339(since)),
          [=](auto& store) {
            return describe(store.find_room(room)) + "\n" + describe(store.get_user(user)) + "\n" +
                   describe(store.list_rooms(offset, limit)) + describe(store.list_users(offset, limit)) +
                   describe(store.list_sessions(fmt::format("key {}", offset), limit)) +
                   describe(store.list_members(room, offset, limit)) + describe(store.get_message(message)) + "\n" +
                   describe(store.get_unread({.room_id = room, .user_id = user, .name = cursor})) + "\n" +
                   describe(store.list_unread(user, cursor, offset, limit)) + describe(store.stats(since));
          }};
}

Operation search() {
  const auto words = std::vector{"text", "0", "1 text", "\"text 2\"", "te*"}[static_cast<std::size_t>(pick(0, 5))];
  const auto room = maybe() ? std::optional(pick_room()) : std::nullopt;
  return {fmt::format("search({} {})", words, room.value_or("everywhere")), [=](auto& store) {
            index_all(store);
            const auto query = must(chat::parse_search_query(words, "q"));
            return describe(must(store.search(query, {.room_id = room})).messages);
          }};
}

// Nobody can tell whether it has been done.
Operation sweep() {
  return {"sweep()", [](auto& store) { return store.sweep_closed_rooms() ? "swept" : "failed"; }};
}

Operation reopen() {
  return {"reopen()", {}};
}

std::vector<Operation> pick_operations() {
  const auto operation = rc::gen::mapcat(rc::gen::weightedElement<Operation (*)()>({{3, change_people},
                                                                                    {3, create_room},
                                                                                    {12, append},
                                                                                    {4, add_attachment},
                                                                                    {4, remove_attachments},
                                                                                    {4, list_messages},
                                                                                    {4, list_events},
                                                                                    {2, set_cursor},
                                                                                    {4, look_around},
                                                                                    {3, search},
                                                                                    {1, sweep},
                                                                                    {1, reopen}}),
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
    std::unique_ptr<storage::Store> model;
    if (is_model) {
      model = std::make_unique<NaiveStore>();
    } else {
      model = std::make_unique<storage::MemoryStore>();
    }
    // Without users, rooms and attachments at the beginning, most calls would find nothing.
    for (storage::Store* store : {&subject->store(), model.get()}) {
      for (int i = 1; i <= 3; ++i) must(store->create_user({.username = fmt::format("user {}", i), .email = {}}));
      for (int i = 0; i < 2; ++i) {
        must(store->create_room(new_room(fmt::format("room-id-{}", i), fmt::format("room {}", i))));
      }
      for (int i = 0; i < 4; ++i)
        must(store->add_attachment(attachment_of(fmt::format("attachment {}", i), i % 2), kNoLimit));
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
