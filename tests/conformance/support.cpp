#include "conformance/support.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "base/ids.hpp"

namespace vestnik::conformance {
namespace {

template <typename T>
std::string or_none(const std::optional<T>& value) {
  return value ? fmt::format("'{}'", *value) : "none";
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

chat::Appended StoreTest::append_one(const chat::Draft& draft, Time now) {
  auto results = must(store().append({&draft, 1}, now));
  return must(std::move(results.at(0)));
}

std::vector<chat::Message> StoreTest::all_messages(const chat::RoomId& room) {
  auto query = query_for(room);
  query.order = chat::Order::kAscending;
  query.limit = 1'000'000;
  return must(store().list_messages(query));
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

std::string describe(const chat::User& user) {
  return fmt::format("user {} '{}' email {}", user.id, user.username, or_none(user.email));
}

std::string describe(const chat::Room& room) {
  return fmt::format(
      "room {} '{}' epoch {} created {} max_length {} client_seq {} counter {} floor {} count {} last {}", room.info.id,
      room.info.name, room.info.epoch, format_rfc3339(room.info.created_at), or_none(room.info.max_length),
      room.info.client_seq_required, room.counter, room.floor, room.message_count,
      room.last_message_at ? format_rfc3339(*room.last_message_at) : "none");
}

std::string describe(const chat::Message& message) {
  return fmt::format("message {} n {} at {} user {} {} seq {} nonce {} content '{}'", message.id, message.n,
                     format_rfc3339(message.created_at), or_none(message.user_id), or_none(message.username),
                     or_none(message.client_seq), or_none(message.nonce), message.content);
}

std::string describe(const chat::StoreStats& stats) {
  return fmt::format("{} users, {} rooms, {} messages, {} since", stats.users, stats.rooms, stats.messages,
                     stats.messages_since);
}

std::string describe(const Result<chat::Appended>& appended) {
  if (!appended) return std::string(name_of(appended.error().code));
  return (appended->duplicate ? "duplicate " : "new ") + describe(appended->message);
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
