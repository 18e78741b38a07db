#include "conformance/support.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <variant>

#include "base/ids.hpp"

namespace vestnik::conformance {
namespace {

template <typename T>
std::string or_none(const std::optional<T>& value) {
  return value ? fmt::format("'{}'", *value) : "none";
}
std::string or_none(const std::optional<Time>& value) {
  return value ? format_rfc3339(*value) : "none";
}

}  // namespace

const std::vector<Storage>& storages() {
  static const std::vector<Storage> all = {
      {"memory", [] { return std::make_unique<Subject>([](const auto&) { return "memory:"; }, false); }},
      {"sqlite",
       [] { return std::make_unique<Subject>([](const auto& in) { return "sqlite:" + in.file("a.db"); }, true); }},
  };
  return all;
}

TempFolder::TempFolder() {
  auto name = (std::filesystem::temp_directory_path() / "vestnik-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::system_category(), name);
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Subject::Subject(const std::function<std::string(const TempFolder&)>& url_in, bool persists)
    : url_(url_in(folder_)), persists_(persists), store_(must(storage::open_store(url_, {}))) {}

void Subject::reopen() {
  if (!persists_) return;
  store_.reset();
  store_ = must(storage::open_store(url_, {}));
}

chat::RoomId StoreTest::make_room(std::string_view name) {
  return must(store().create_room(new_room(make_uuid(), name))).info.id;
}

void StoreTest::make_users(int count) {
  for (int i = 1; i <= count; ++i) {
    must(store().create_user({.username = fmt::format("user {}", i), .email = std::nullopt}));
  }
}

chat::UserId StoreTest::make_guest(std::string_view key, Time now) {
  const chat::NewSession session{.key = std::string(key), .user_id = {}, .display_name = fmt::format("guest {}", key)};
  return must(store().create_session(session, now)).user.id;
}

Result<chat::Appended> StoreTest::try_one(const chat::Change& change, Time now) {
  return must(store().append({&change, 1}, now)).at(0);
}

chat::Appended StoreTest::append_one(const chat::Change& change, Time now) {
  return must(try_one(change, now));
}

chat::Message StoreTest::post(const chat::Draft& draft, Time now) {
  return message_of(append_one(draft, now));
}

chat::MessageId StoreTest::send(const chat::RoomId& room, std::string_view content, Time now) {
  return post(draft_for(room, content), now).id;
}

chat::Attachment StoreTest::add_attachment(std::string_view id, std::string_view content, Time now) {
  const chat::Attachment attachment{.id = std::string(id),
                                    .sha256 = std::string(content),
                                    .size = content.size(),
                                    .name = fmt::format("{}.txt", id),
                                    .content_type = "text/plain",
                                    .user_id = {},
                                    .created_at = now};
  must(store().add_attachment(attachment, kNoLimit));
  return attachment;
}

std::vector<chat::Message> StoreTest::all_messages(const chat::RoomId& room) {
  auto query = query_for(room);
  query.order = chat::Order::kAscending;
  query.limit = 1'000'000;
  return must(store().list_messages(query));
}

std::vector<chat::Event> StoreTest::all_events(const chat::RoomId& room) {
  return must(store().list_events(room, 0, INT32_MAX, chat::kUnlimited));
}

void index_all(chat::SearchStore& store) {
  while (must(store.index_some(7)).more) continue;
}

chat::SearchQuery search_query(std::string_view text) {
  return must(chat::parse_search_query(text, "query"));
}

std::vector<chat::MessageId> ids_of(const chat::FoundTexts& found) {
  std::vector<chat::MessageId> ids;
  for (const auto& [room, message] : found.messages) ids.push_back(message.id);
  return ids;
}

void StoreTest::index() {
  index_all(store());
}

std::vector<chat::MessageId> StoreTest::found(std::string_view query, const chat::SearchFilter& filter) {
  return ids_of(must(chat::find_messages(store(), search_query(query), filter)));
}

void StoreTest::sweep() {
  while (must(store().sweep_closed_rooms())) continue;
}

Time at(std::chrono::microseconds after_start) {
  return Time(1'704'067'200s + after_start);
}

chat::NewRoom new_room(std::string_view id, std::string_view name) {
  chat::NewRoom room;
  room.info.id = id;
  room.info.name = name;
  room.info.epoch = "e1";
  room.info.created_at = at(0s);
  return room;
}

chat::Draft draft_for(const chat::RoomId& room, std::string_view content) {
  chat::Draft draft;
  draft.room_id = room;
  draft.content = content;
  return draft;
}

chat::HistoryQuery query_for(const chat::RoomId& room) {
  chat::HistoryQuery query;
  query.room_id = room;
  return query;
}

const chat::Message& message_of(const chat::Appended& appended) {
  return std::get<chat::MessageSent>(appended.event.what).message;
}

const chat::Message& message_of(const Result<chat::Appended>& appended) {
  if (!appended) throw std::runtime_error(appended.error().detail);
  return message_of(*appended);
}

std::string describe(const chat::User& user) {
  return fmt::format("{} {} '{}' email {}", user.guest ? "guest" : "user", user.id, user.username, or_none(user.email));
}

std::string describe(const chat::Session& session) {
  return fmt::format("session {} of {} created {} active {}", session.key, describe(session.user),
                     format_rfc3339(session.created_at), format_rfc3339(session.active_at));
}

std::string describe(const chat::ApiKey& key) {
  return fmt::format("key {} '{}' {} of {} created {} expires {}", key.name, key.hash, chat::to_string(key.scopes),
                     describe(key.user), format_rfc3339(key.created_at), or_none(key.expires_at));
}

std::string describe(const chat::RoomRules& rules) {
  return fmt::format("max_length {} limit {} expires {} client_seq {} read_only {}", or_none(rules.max_length),
                     or_none(rules.message_limit), or_none(rules.expires_at), rules.client_seq_required,
                     rules.read_only);
}

std::string describe(const chat::Room& room) {
  return fmt::format("room {} '{}' epoch {} created {} owner {} {} counter {} floor {} count {} total {} last {}",
                     room.info.id, room.info.name, room.info.epoch, format_rfc3339(room.info.created_at),
                     or_none(room.info.owner_id), describe(room.rules), room.counter, room.floor, room.message_count,
                     room.message_total, or_none(room.last_message_at));
}

std::string describe(const chat::Member& member) {
  return fmt::format("member {} '{}' joined {}", member.user_id, member.username, format_rfc3339(member.joined_at));
}

std::string describe(const chat::Unread& unread) {
  return fmt::format("unread {} after {} in {}", unread.count, unread.cursor_n, unread.room_id);
}

std::string describe(const chat::Reaction& reaction) {
  return fmt::format("{} x {} by {}", reaction.emoji, reaction.count, fmt::join(reaction.user_ids, ","));
}

std::string describe(const chat::Attachment& attachment) {
  return fmt::format("attachment {} '{}' of {} ({} bytes of {}) by {} at {}", attachment.id, attachment.name,
                     attachment.sha256, attachment.size, attachment.content_type, or_none(attachment.user_id),
                     format_rfc3339(attachment.created_at));
}

std::string describe(const chat::Message& message) {
  auto text = fmt::format("message {} n {} at {} user {} {} seq {} nonce {} content '{}'", message.id, message.n,
                          format_rfc3339(message.created_at), or_none(message.user_id), or_none(message.username),
                          or_none(message.client_seq), or_none(message.nonce), message.content);
  if (message.reply_to) text += fmt::format(" reply to {}", *message.reply_to);
  if (message.edited_at) text += " edited " + format_rfc3339(*message.edited_at);
  if (message.deleted) text += " deleted";
  for (const auto& reaction : message.reactions) text += ", " + describe(reaction);
  for (const auto& attachment : message.attachments) text += ", " + describe(attachment);
  return text;
}

std::string describe(const std::pair<chat::RoomId, chat::Message>& message) {
  return message.first + " has " + describe(message.second);
}

namespace {

std::string describe_what(const chat::MessageSent& what) {
  return "sent " + describe(what.message);
}
std::string describe_what(const chat::MessageEdited& what) {
  return "edited " + describe(what.message);
}
std::string describe_what(const chat::MessageDeleted& what) {
  return fmt::format("deleted {}", what.message_id);
}
std::string describe_what(const chat::ReactionChanged& what) {
  return fmt::format("{} {} {} {}, now {}", what.added ? "gave" : "took", what.emoji, what.added ? "to" : "from",
                     what.message_id, what.count);
}
std::string describe_what(const chat::MemberChanged& what) {
  return fmt::format("'{}' {}", what.username, what.joined ? "joined" : "left");
}
std::string describe_what(const chat::RulesChanged& what) {
  return "rules " + describe(what.rules);
}
std::string describe_what(const chat::RoomClosed& what) {
  return what.reason == chat::CloseReason::kExpired ? "expired" : "closed";
}
// Of the list of rooms, which no storage keeps.
std::string describe_what(const chat::RoomListed& what) {
  return "listed " + what.info.name;
}
std::string describe_what(const chat::RoomUnlisted& what) {
  return "unlisted " + what.info.name;
}

}  // namespace

std::string describe(const chat::Event& event) {
  return fmt::format("{} {} by {}: {}", event.n, format_rfc3339(event.at), or_none(event.user_id),
                     std::visit([](const auto& what) { return describe_what(what); }, event.what));
}

std::string describe(const chat::StoreStats& stats) {
  return fmt::format("{} users, {} sessions, {} rooms, {} messages, {} since", stats.users, stats.sessions, stats.rooms,
                     stats.messages, stats.messages_since);
}

std::string describe(const chat::Appended& appended) {
  return (appended.duplicate ? "duplicate " : "new ") + describe(appended.event);
}

std::vector<chat::Message> filter(const std::vector<chat::Message>& messages, const chat::HistoryQuery& query) {
  std::vector<chat::Message> page;
  for (const auto& message : messages) {
    const bool asked = message.n > query.after && (!query.before || message.n < *query.before) &&
                       (!query.from || message.created_at >= *query.from) &&
                       (!query.to || message.created_at < *query.to);
    if (asked) page.push_back(message);
  }
  if (query.order == chat::Order::kDescending) std::ranges::reverse(page);
  page.erase(page.begin(), page.begin() + std::min<std::ptrdiff_t>(query.offset, std::ssize(page)));
  if (std::ssize(page) > query.limit) page.erase(page.begin() + query.limit, page.end());
  return page;
}

}  // namespace vestnik::conformance
