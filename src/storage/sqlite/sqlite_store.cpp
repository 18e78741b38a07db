#include "storage/sqlite/sqlite_store.hpp"

#include <utility>

#include "storage/answers.hpp"

namespace vestnik::storage {
namespace {

using sqlite::answer_of;
using sqlite::Outcome;
using sqlite::Reader;
using sqlite::Writer;

// The file of the search index stands beside the database.
constexpr const char* kIndexSuffix = "-search";

// Between two times that the database forgets what the search index has: each costs a write to both files.
constexpr std::chrono::seconds kForgetInterval{2};

// The value that a transaction gave, or `missing` when it gave none.
template <typename T>
Result<T> value_or(Result<std::optional<T>> value, answers::Refusal&& missing) {
  if (!value) return std::unexpected(std::move(value.error()));
  if (!*value) return std::move(missing);
  return std::move(**value);
}

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::open(const std::string& path, const StoreOptions& options) {
  auto database = sqlite::Database::open(path, embedded::sqlite_migrations());
  if (!database) return error_of(database);
  auto index_connection = database->connect_reader();
  if (!index_connection) return error_of(index_connection);
  auto opened = Transactions::open(std::move(*database));
  if (!opened) return error_of(opened);
  return std::unique_ptr<Store>(new SqliteStore("sqlite:" + path, options, std::move(*opened),
                                                std::make_unique<Reader>(std::move(*index_connection))));
}

SqliteStore::SqliteStore(std::string description, const StoreOptions& options, Transactions::Opened opened,
                         std::unique_ptr<Reader> index_reader)
    : transactions_(std::move(description), options, std::move(opened)),
      index_(transactions_.database().file() + kIndexSuffix, std::move(index_reader)) {}

Result<chat::User> SqliteStore::create_user(const chat::NewUser& user) {
  return answer_of(write([&](Writer& writer) { return writer.people().create_user(user); }));
}

Result<chat::User> SqliteStore::promote_guest(chat::UserId id, const chat::NewUser& user) {
  return answer_of(write([&](Writer& writer) { return writer.people().promote_guest(id, user); }));
}

Result<chat::User> SqliteStore::get_user(chat::UserId id) {
  return value_or(read([&](Reader& reader) { return reader.get_user(id); }), answers::no_user(id));
}

Result<void> SqliteStore::remove_user(chat::UserId id) {
  return answer_of(write([&](Writer& writer) { return writer.people().remove_user(id); }));
}

Result<std::vector<chat::User>> SqliteStore::list_users(std::int64_t offset, std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_users(offset, limit); });
}

Result<chat::Session> SqliteStore::create_session(const chat::NewSession& session, Time now) {
  return answer_of(write([&](Writer& writer) { return writer.people().create_session(session, now); }));
}

Result<std::vector<chat::Session>> SqliteStore::list_sessions(std::string_view after_key, std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_sessions(after_key, limit); });
}

Result<void> SqliteStore::end_session(std::string_view key, std::optional<Time> active_at) {
  return answer_of(write([&](Writer& writer) { return writer.people().end_session(key, active_at); }));
}

Result<chat::ApiKey> SqliteStore::create_key(const chat::NewApiKey& key) {
  return answer_of(write([&](Writer& writer) { return writer.keys().create_key(key); }));
}

Result<std::vector<chat::ApiKey>> SqliteStore::list_keys() {
  return read([](Reader& reader) { return reader.keys().list_keys(); });
}

Result<void> SqliteStore::revoke_key(std::string_view name) {
  return answer_of(write([&](Writer& writer) { return writer.keys().revoke_key(name); }));
}

Result<chat::Room> SqliteStore::create_room(const chat::NewRoom& room) {
  return answer_of(write([&](Writer& writer) { return writer.rooms().create_room(room); }));
}

Result<chat::Room> SqliteStore::find_room(std::string_view id_or_name) {
  return value_or(read([&](Reader& reader) { return reader.find_room(id_or_name); }), answers::no_room(id_or_name));
}

Result<std::vector<chat::Room>> SqliteStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_rooms(offset, limit); });
}

Result<std::vector<chat::Member>> SqliteStore::list_members(const chat::RoomId& room, std::int64_t offset,
                                                            std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_members(room, offset, limit); });
}

Result<bool> SqliteStore::sweep_closed_rooms() {
  return write([](Writer& writer) { return writer.rooms().sweep(); });
}

Result<std::vector<Result<chat::Appended>>> SqliteStore::append(std::span<const chat::Change> changes, Time now) {
  std::vector<std::int64_t> shrunk_rooms;
  auto appended = write([&](Writer& writer) {
    auto results = writer.history().append(changes, now);
    shrunk_rooms = writer.history().take_shrunk_rooms();
    return results;
  });
  if (appended) index_.note_shrunk(shrunk_rooms);
  return appended;
}

Result<std::vector<chat::Message>> SqliteStore::list_messages(const chat::HistoryQuery& query) {
  return read([&](Reader& reader) { return reader.history().list_messages(query); });
}

Result<std::pair<chat::RoomId, chat::Message>> SqliteStore::get_message(chat::MessageId id) {
  return value_or(read([&](Reader& reader) { return reader.history().get_message(id); }), answers::no_message(id));
}

Result<std::vector<chat::Event>> SqliteStore::list_events(const chat::RoomId& room, std::int64_t after,
                                                          std::int32_t limit, std::int64_t bytes_max) {
  return read([&](Reader& reader) { return reader.history().list_events(room, after, limit, bytes_max); });
}

Result<void> SqliteStore::set_cursor(const chat::CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) {
  return answer_of(write([&](Writer& writer) { return writer.rooms().set_cursor(cursor, n, cursors_max); }));
}

Result<chat::Unread> SqliteStore::get_unread(const chat::CursorKey& cursor) {
  return value_or(read([&](Reader& reader) { return reader.get_unread(cursor); }), answers::no_room(cursor.room_id));
}

Result<std::vector<chat::Unread>> SqliteStore::list_unread(chat::UserId user, std::string_view cursor_name,
                                                           std::int64_t offset, std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_unread(user, cursor_name, offset, limit); });
}

Result<void> SqliteStore::add_attachment(const chat::Attachment& attachment, std::uint64_t user_bytes_max) {
  return answer_of(
      write([&](Writer& writer) { return writer.attachments().add_attachment(attachment, user_bytes_max); }));
}

Result<std::uint64_t> SqliteStore::attachment_bytes(chat::UserId user) {
  return read([&](Reader& reader) { return reader.attachment_bytes(user); });
}

Result<chat::Attachment> SqliteStore::get_attachment(std::string_view id) {
  return value_or(read([&](Reader& reader) { return reader.get_attachment(id); }), answers::unknown_attachment());
}

Result<std::vector<chat::Attachment>> SqliteStore::list_unused(Time before, std::int32_t limit) {
  return read([&](Reader& reader) { return reader.list_unused(before, limit); });
}

Result<std::vector<std::string>> SqliteStore::remove_unused(std::span<const chat::AttachmentId> ids) {
  return write([&](Writer& writer) { return writer.attachments().remove_unused(ids); });
}

Result<bool> SqliteStore::has_content(std::string_view sha256) {
  return read([&](Reader& reader) { return reader.has_content(sha256); });
}

Result<chat::FoundTexts> SqliteStore::search(const chat::SearchQuery& query, const chat::SearchFilter& filter) {
  const auto until = transactions_.deadline();
  const auto ids = transactions_.read_until(until, [&](Reader& reader) { return sqlite::id_filter(reader, filter); });
  if (!ids) return std::unexpected(ids.error());
  if (!*ids) return chat::FoundTexts{};
  // Without a reader of the database, for which others wait.
  const auto hits = index_.find(query, **ids, until);
  if (!hits) return std::unexpected(transactions_.state().on_index_failure(hits.error()));
  return transactions_.read_until(until,
                                  [&](Reader& reader) { return sqlite::found_texts(reader, *hits, filter.bytes_max); });
}

Result<chat::IndexStep> SqliteStore::index_some(std::int32_t limit) {
  auto step = index_.advance(limit);
  if (!step) return std::unexpected(transactions_.state().on_index_failure(step.error()));
  forget_indexed_changes();
  return *step;
}

void SqliteStore::forget_indexed_changes() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_forgetting_) return;
  const auto through = index_.changes_to_forget();
  if (!through || !*through) return;  // a failure shows itself at the next step
  next_forgetting_ = now + kForgetInterval;
  if (write([&](Writer& writer) { return writer.forget_text_changes(**through); })) index_.on_forgotten(**through);
}

Result<void> SqliteStore::clear_index() {
  if (auto cleared = index_.clear(); !cleared)
    return std::unexpected(transactions_.state().on_index_failure(cleared.error()));
  return {};
}

Result<chat::StoreStats> SqliteStore::stats(Time since) {
  return read([&](Reader& reader) { return reader.stats(since); });
}

Result<std::int64_t> SqliteStore::repair_times(Time now) {
  return write([now](Writer& writer) { return writer.repair_times(now); });
}

Result<void> SqliteStore::check() {
  return transactions_.check([](auto& any) { return any.probe(); });
}

}  // namespace vestnik::storage
