// One room in memory: its messages and other changes, reactions, members and cursors.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chat/chat_store.hpp"
#include "storage/memory/attachment_table.hpp"

namespace vestnik::storage::memory {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

using Users = std::vector<chat::User>;  // the user with the id i stands at i - 1; with the id 0 once they have gone

// The page [offset, offset + limit) of `items`, as what `read` makes of each.
template <typename Items, typename Read>
auto page_of(const Items& items, std::int64_t offset, std::int64_t limit, Read read) {
  std::vector<std::decay_t<std::invoke_result_t<Read, decltype(*items.begin())>>> page;
  const auto size = static_cast<std::int64_t>(std::ranges::size(items));
  const auto begin = std::clamp<std::int64_t>(offset, 0, size);
  const auto end = begin + std::clamp<std::int64_t>(limit, 0, size - begin);
  page.reserve(static_cast<std::size_t>(end - begin));
  for (auto i = begin; i < end; ++i) page.push_back(read(items.begin()[i]));
  return page;
}

// A message that has a new text, or none any more.
struct ChangedText {
  chat::MessageId id = 0;
  chat::RoomId room_id;
  Time at;
};

// What the store gives to the changes of one batch.
struct Moment {
  Time at;
  chat::MessageId& newest_message_id;
  std::deque<ChangedText>& changed_texts;
};

// One thread at a time.
class RoomHistory {
 public:
  // `users` and `attachments` must outlive it.
  RoomHistory(const chat::NewRoom& room, const Users& users, AttachmentTable& attachments)
      : room_{.info = room.info, .rules = room.rules}, users_(users), attachments_(attachments) {}

  const chat::Room& room() const { return room_; }

  // As ChatStore::append for one change by a known user.
  Result<chat::Appended> apply(const chat::Draft& draft, Moment& moment);
  Result<chat::Appended> apply(const chat::Edit& edit, Moment& moment);
  Result<chat::Appended> apply(const chat::Deletion& deletion, Moment& moment);
  Result<chat::Appended> apply(const chat::ReactionChange& change, Moment& moment);
  Result<chat::Appended> apply(const chat::Membership& membership, Moment& moment);
  Result<chat::Appended> apply(const chat::RulesChange& change, Moment& moment);
  Result<chat::Appended> apply(const chat::Closing& closing, Moment& moment);

  std::vector<chat::Message> list_messages(const chat::HistoryQuery& query) const;
  std::vector<chat::Event> list_events(std::int64_t after, std::int32_t limit, std::int64_t bytes_max) const;
  // nullptr when the room does not hold it.
  const chat::Message* find(chat::MessageId id) const;
  std::int64_t count_since(Time since) const;
  // As Store::repair_times.
  std::int64_t repair_times(Time now);
  // Adds all messages to `changed`.
  void give_up_texts(std::deque<ChangedText>& changed, Time at) const;

  std::vector<chat::Member> list_members(std::int64_t offset, std::int32_t limit) const;
  bool is_member(chat::UserId user) const { return find_member(user) != members_.end(); }
  bool has_cursor(chat::UserId user, const std::string& name) const { return cursors_.contains({user, name}); }
  std::int64_t cursors_of(chat::UserId user) const;
  void set_cursor(chat::UserId user, const std::string& name, std::int64_t n);
  void forget_cursors(chat::UserId user);
  chat::Unread unread(chat::UserId user, const std::string& name) const;
  // Whether the room is among those that the user reads.
  bool concerns(chat::UserId user, const std::string& cursor_name) const;

 private:
  using What = decltype(chat::Event::what);
  struct Given {
    std::string emoji;
    std::vector<chat::UserId> user_ids;  // in the order in which they gave it
  };
  struct Joined {
    chat::UserId user_id = 0;
    Time at;
  };
  // The message that a nonce was used for, which may have been trimmed.
  struct Remembered {
    chat::MessageId id = 0;
    std::int64_t n = 0;
    Time at;
    std::string digest;
  };
  struct NonceInOrder {
    std::int64_t n = 0;
    chat::MessageId id = 0;
    chat::UserId author = 0;
    std::string nonce;
  };

  const chat::User& user(chat::UserId id) const { return users_[static_cast<std::size_t>(id - 1)]; }
  std::vector<Joined>::const_iterator find_member(chat::UserId user) const;
  const Remembered* find_nonce(const chat::Draft& draft) const;
  void remember_nonce(const chat::Message& message, const std::string& digest);
  void forget_nonces();
  // The message, as it may be changed; not_found or, when it was deleted, failed_precondition.
  Result<chat::Message*> find_living(chat::MessageId id);
  chat::Appended commit(std::optional<chat::UserId> user_id, What what, const Moment& moment);
  chat::Appended unchanged(std::optional<chat::UserId> user_id, What what, const Moment& moment) const;
  chat::Event present(const chat::Event& event) const;
  void show_reactions(chat::Message& message) const;
  void trim(std::int64_t message_limit, Moment& moment);
  void raise_floor(std::int64_t floor);
  void note_text(chat::MessageId id, Moment& moment) const;

  chat::Room room_;
  const Users& users_;
  AttachmentTable& attachments_;
  std::deque<chat::Message> messages_;                           // those held; id, n and created_at grow along it
  std::deque<chat::Event> changes_;                              // other changes above the floor
  std::map<chat::UserId, ByText<Remembered>> nonces_by_author_;  // 0 stands for "no user"
  std::deque<NonceInOrder> nonces_in_order_;                     // the same, by n
  std::unordered_map<chat::MessageId, std::vector<Given>> reactions_;
  std::vector<Joined> members_;
  std::map<std::pair<chat::UserId, std::string>, std::int64_t> cursors_;
};

}  // namespace vestnik::storage::memory
