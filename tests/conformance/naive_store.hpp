// The port in its plainest form: vectors that are looked through from end to end. The model of the model.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/store.hpp"

namespace vestnik::conformance {

template <typename T>
std::vector<T> page_of(const std::vector<T>& all, std::int64_t offset, std::int32_t limit) {
  std::vector<T> page;
  for (std::int64_t i = offset; i < std::ssize(all) && std::ssize(page) < limit; ++i) page.push_back(all[i]);
  return page;
}

// Takes away what is too much for a page of that weight: the first item never is.
template <typename T>
void cut(std::vector<T>& page, std::int64_t bytes_max) {
  std::int64_t weight = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    weight += chat::weight_of(page[i]);
    if (i > 0 && weight > bytes_max) return page.resize(i);
  }
}

inline std::unexpected<Error> not_found() {
  return fail(ErrorCode::kNotFound, "unknown");
}
inline std::unexpected<Error> taken() {
  return fail(ErrorCode::kAlreadyExists, "taken");
}

// One thread at a time.
class NaiveStore final : public storage::Store {
 public:
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
  Result<bool> sweep_closed_rooms() override { return false; }
  Result<std::vector<Result<chat::Appended>>> append(std::span<const chat::Change> changes, Time now) override;
  Result<std::vector<chat::Message>> list_messages(const chat::HistoryQuery& query) override;
  Result<std::pair<chat::RoomId, chat::Message>> get_message(chat::MessageId id) override;
  Result<std::vector<chat::Event>> list_events(const chat::RoomId& room, std::int64_t after, std::int32_t limit,
                                               std::int64_t bytes_max) override;
  Result<void> set_cursor(const chat::CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) override;
  Result<chat::Unread> get_unread(const chat::CursorKey& cursor) override;
  Result<std::vector<chat::Unread>> list_unread(chat::UserId user, std::string_view cursor_name, std::int64_t offset,
                                                std::int32_t limit) override;
  Result<chat::StoreStats> stats(Time since) override;
  Result<std::int64_t> repair_times(Time) override { return 0; }  // no part of the random operations
  Result<void> check() override { return {}; }
  std::string_view description() const override { return "naive:"; }

  Result<void> add_attachment(const chat::Attachment& attachment, std::uint64_t user_bytes_max) override;
  Result<std::uint64_t> attachment_bytes(chat::UserId user) override;
  Result<chat::Attachment> get_attachment(std::string_view id) override;
  Result<std::vector<chat::Attachment>> list_unused(Time before, std::int32_t limit) override;
  Result<std::vector<std::string>> remove_unused(std::span<const chat::AttachmentId> ids) override;
  Result<bool> has_content(std::string_view sha256) override;
  std::uint64_t released() const override { return 0; }

  Result<chat::FoundTexts> search(const chat::SearchQuery& query, const chat::SearchFilter& filter) override;
  Result<chat::IndexStep> index_some(std::int32_t) override { return chat::IndexStep(); }
  Result<void> clear_index() override { return {}; }

 private:
  struct Given {
    chat::MessageId message_id;
    std::string emoji;
    std::vector<chat::UserId> user_ids;
  };
  struct Cursor {
    chat::UserId user_id;
    std::string name;
    std::int64_t n;
  };
  struct StoredAttachment {
    chat::Attachment attachment;
    bool was_sent = false;
  };
  struct RoomState {
    chat::Room room;
    std::vector<chat::Event> events;  // with everything that has ever happened, as it happened
    std::vector<chat::Message> messages;
    std::vector<Given> reactions;
    std::vector<chat::Member> members;
    std::vector<Cursor> cursors;
  };

  chat::User* find_user(chat::UserId id);
  bool is_account(std::string_view name) const;
  bool is_listed(const chat::User& user) const;
  RoomState* find(std::string_view id);
  StoredAttachment* find_attachment(std::string_view id);
  bool is_used(std::string_view attachment_id) const;
  static chat::Message* find_message(RoomState& room, chat::MessageId id);
  static void show_reactions(RoomState& room, chat::Message& message);
  static void trim(RoomState& room, std::optional<std::int64_t> message_limit);
  chat::Event present(RoomState& room, const chat::Event& event);

  Result<chat::Appended> apply(RoomState& room, const chat::Draft& draft, Time at);
  Result<chat::Appended> apply(RoomState& room, const chat::Edit& edit, Time at);
  Result<chat::Appended> apply(RoomState& room, const chat::Deletion& deletion, Time at);
  Result<chat::Appended> apply(RoomState& room, const chat::ReactionChange& change, Time at);
  Result<chat::Appended> apply(RoomState& room, const chat::Membership& membership, Time at);
  Result<chat::Appended> apply(RoomState& room, const chat::RulesChange& change, Time at);
  Result<chat::Appended> apply(RoomState& room, const chat::Closing& closing, Time at);

  std::vector<chat::User> users_;
  std::vector<chat::ApiKey> keys_;  // by name
  chat::UserId newest_user_id_ = 0;
  std::set<chat::UserId> acted_;         // to whom something refers, so that they stay
  std::vector<chat::Session> sessions_;  // in the order of keys; the user's name may be an old one
  std::vector<StoredAttachment> attachments_;
  std::vector<RoomState> rooms_;  // open ones
  chat::MessageId newest_message_id_ = 0;
  Time newest_change_at_ = Time::min();
  chat::SearchTokenizer tokenizer_;
};

}  // namespace vestnik::conformance
