// The storage in one file: SQLite with a write-ahead log, one connection that writes and several that read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "storage/sqlite/message_index.hpp"
#include "storage/sqlite/reader.hpp"
#include "storage/sqlite/transactions.hpp"
#include "storage/sqlite/writer.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"

namespace vestnik::storage {

class SqliteStore final : public Store {
 public:
  // Opens the database at `path`, relative to the current folder. Errors: as open_store.
  static Result<std::unique_ptr<Store>> open(const std::string& path, const StoreOptions& options);

  Result<chat::User> create_user(const chat::NewUser& user) override;
  Result<chat::User> promote_guest(chat::UserId id, const chat::NewUser& user) override;
  Result<chat::User> get_user(chat::UserId id) override;
  Result<void> remove_user(chat::UserId id) override;
  Result<std::vector<chat::User>> list_users(std::int64_t offset, std::int32_t limit) override;

  Result<chat::Session> create_session(const chat::NewSession& session, Time now) override;
  Result<std::vector<chat::Session>> list_sessions(std::string_view after_key, std::int32_t limit) override;
  Result<void> end_session(std::string_view key, std::optional<Time> active_at) override;

  Result<chat::ApiKey> create_key(const chat::NewApiKey& key) override;
  Result<std::vector<chat::ApiKey>> list_keys() override;
  Result<void> revoke_key(std::string_view name) override;

  Result<chat::Room> create_room(const chat::NewRoom& room) override;
  Result<chat::Room> find_room(std::string_view id_or_name) override;
  Result<std::vector<chat::Room>> list_rooms(std::int64_t offset, std::int32_t limit) override;
  Result<std::vector<chat::Member>> list_members(const chat::RoomId& room, std::int64_t offset,
                                                 std::int32_t limit) override;
  Result<bool> sweep_closed_rooms() override;

  Result<std::vector<Result<chat::Appended>>> append(std::span<const chat::Change> changes, Time now) override;

  Result<std::vector<chat::Message>> list_messages(const chat::HistoryQuery& query) override;
  Result<std::pair<chat::RoomId, chat::Message>> get_message(chat::MessageId id) override;
  Result<std::vector<chat::Event>> list_events(const chat::RoomId& room, std::int64_t after, std::int32_t limit,
                                               std::int64_t bytes_max) override;

  Result<void> set_cursor(const chat::CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) override;
  Result<chat::Unread> get_unread(const chat::CursorKey& cursor) override;
  Result<std::vector<chat::Unread>> list_unread(chat::UserId user, std::string_view cursor_name, std::int64_t offset,
                                                std::int32_t limit) override;

  Result<chat::FoundTexts> search(const chat::SearchQuery& query, const chat::SearchFilter& filter) override;
  Result<chat::IndexStep> index_some(std::int32_t limit) override;
  Result<void> clear_index() override;

  Result<chat::StoreStats> stats(Time since) override;
  Result<std::int64_t> repair_times(Time now) override;
  Result<void> check() override;
  std::string_view description() const override { return transactions_.state().description(); }

  Result<void> add_attachment(const chat::Attachment& attachment, std::uint64_t user_bytes_max) override;
  Result<std::uint64_t> attachment_bytes(chat::UserId user) override;
  Result<chat::Attachment> get_attachment(std::string_view id) override;
  Result<std::vector<chat::Attachment>> list_unused(Time before, std::int32_t limit) override;
  Result<std::vector<std::string>> remove_unused(std::span<const chat::AttachmentId> ids) override;
  Result<bool> has_content(std::string_view sha256) override;
  std::uint64_t released() const override { return released_.load(std::memory_order_acquire); }

 private:
  using Transactions = sqlite::Transactions<sqlite::Writer, sqlite::Reader>;

  SqliteStore(std::string description, const StoreOptions& options, Transactions::Opened opened,
              std::unique_ptr<sqlite::Reader> index_reader);

  template <typename Body>
  auto write(Body body) {
    return transactions_.write(std::move(body), [this](sqlite::Writer& writer) {
      released_.store(writer.attachments().released(), std::memory_order_release);
    });
  }
  template <typename Body>
  auto read(Body body) {
    return transactions_.read(std::move(body));
  }

  // Lets the database forget the changes of texts that are safe in the index. Now and then.
  void forget_indexed_changes();

  Transactions transactions_;
  std::atomic<std::uint64_t> released_{0};  // of the attachments' writer, after its last commit
  sqlite::MessageIndex index_;
  sqlite::Deadline next_forgetting_ = sqlite::Deadline::min();  // of the thread that indexes
};

}  // namespace vestnik::storage
