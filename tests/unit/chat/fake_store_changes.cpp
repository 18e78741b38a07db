// What FakeStore makes of changes.
#include <algorithm>
#include <utility>

#include "unit/chat/fake_store.hpp"

namespace vestnik::chat {

class FakeStore::Apply {
 public:
  Apply(FakeStore& store, Time now) : store_(store), now_(now) {}

  Result<Appended> operator()(const Draft& draft) {
    History* const history = store_.history_of(draft.room_id);
    if (history == nullptr) return unknown();
    for (const Message& message : history->messages) {
      if (!draft.nonce || message.nonce != draft.nonce || message.user_id != draft.user_id) continue;
      if (message.content != draft.content) return fail(ErrorCode::kAlreadyExists, "another content");
      return Appended{.event = {.n = message.n, .at = now_, .user_id = draft.user_id, .what = MessageSent{message}},
                      .duplicate = true};
    }
    if (draft.refusal) return std::unexpected(*draft.refusal);
    history->messages.push_back({.id = ++store_.last_id_,
                                 .n = history->room.counter + 1,
                                 .created_at = now_,
                                 .user_id = draft.user_id,
                                 .username = draft.username,
                                 .content = draft.content,
                                 .client_seq = draft.client_seq,
                                 .nonce = draft.nonce,
                                 .reply_to = draft.reply_to});
    for (const auto& id : draft.attachment_ids) history->messages.back().attachments.push_back({.id = id});
    history->room.last_message_at = now_;
    if (draft.user_id) note_active(*draft.user_id);
    return happened(*history, draft.user_id, MessageSent{history->messages.back()});
  }

  Result<Appended> operator()(const Edit& edit) {
    const auto [history, message] = find(edit);
    if (message == nullptr) return unknown();
    if (message->deleted) return fail(ErrorCode::kFailedPrecondition, "deleted");
    if (message->content == edit.content) return as_it_was(*history, MessageEdited{*message});
    message->content = edit.content;
    message->edited_at = now_;
    return happened(*history, edit.user_id, MessageEdited{*message});
  }

  Result<Appended> operator()(const Deletion& deletion) {
    const auto [history, message] = find(deletion);
    if (message == nullptr) return unknown();
    if (message->deleted) return as_it_was(*history, MessageDeleted{message->id});
    message->deleted = true;
    message->content.clear();
    return happened(*history, deletion.user_id, MessageDeleted{message->id});
  }

  Result<Appended> operator()(const ReactionChange& change) {
    const auto [history, message] = find(change);
    if (message == nullptr) return unknown();
    if (message->deleted) return fail(ErrorCode::kFailedPrecondition, "deleted");
    auto& all = message->reactions;
    auto reaction = std::ranges::find(all, change.emoji, &Reaction::emoji);
    if (reaction == all.end()) reaction = all.insert(all.end(), {.emoji = change.emoji, .user_ids = {}});
    const auto given = std::ranges::find(reaction->user_ids, change.user_id);
    const bool changes = (given == reaction->user_ids.end()) == change.add;
    if (changes && change.add) reaction->user_ids.push_back(change.user_id);
    if (changes && !change.add) reaction->user_ids.erase(given);
    reaction->count = std::ssize(reaction->user_ids);
    const ReactionChanged what{
        .message_id = message->id, .emoji = change.emoji, .added = change.add, .count = reaction->count};
    return changes ? happened(*history, change.user_id, what) : as_it_was(*history, what);
  }

  Result<Appended> operator()(const Membership& membership) {
    History* const history = store_.history_of(membership.room_id);
    const User* const user = store_.user_of(membership.user_id);
    if (history == nullptr || user == nullptr) return unknown();
    const auto member = std::ranges::find(history->members, user->id, &Member::user_id);
    const MemberChanged what{.username = user->username, .joined = membership.join};
    if ((member != history->members.end()) == membership.join) return as_it_was(*history, what);
    if (membership.join) {
      history->members.push_back({.user_id = user->id, .username = user->username, .joined_at = now_});
    } else {
      history->members.erase(member);
    }
    return happened(*history, user->id, what);
  }

  Result<Appended> operator()(const RulesChange& change) {
    History* const history = store_.history_of(change.room_id);
    if (history == nullptr) return unknown();
    const RoomRules rules = patched(history->room.rules, change.patch);
    if (history->room.rules == rules) return as_it_was(*history, RulesChanged{rules});
    history->room.rules = rules;
    return happened(*history, change.user_id, RulesChanged{rules});
  }

  Result<Appended> operator()(const Closing& closing) {
    History* const history = store_.history_of(closing.room_id);
    if (history == nullptr) return unknown();
    if (closing.expires_at && closing.expires_at != history->room.rules.expires_at) {
      return fail(ErrorCode::kFailedPrecondition, "another end");
    }
    const auto owner = history->room.info.owner_id;
    auto last = happened(*history, closing.user_id, RoomClosed{closing.reason});
    if (owner) note_active(*owner);
    std::erase_if(store_.histories_, [&](const History& each) { return &each == history; });
    store_.pieces_ += store_.pieces_of_each_room_;
    return last;
  }

 private:
  static std::unexpected<Error> unknown() { return fail(ErrorCode::kNotFound, "unknown"); }

  template <typename OfMessage>
  std::pair<History*, Message*> find(const OfMessage& change) {
    History* const history = store_.history_of(change.room_id);
    if (history == nullptr) return {nullptr, nullptr};
    const auto found = std::ranges::find(history->messages, change.message_id, &Message::id);
    return {history, found == history->messages.end() ? nullptr : &*found};
  }

  void note_active(UserId user) {
    for (auto& [key, session] : store_.sessions_) {
      if (session.user.id == user) session.active_at = std::max(session.active_at, now_);
    }
  }

  template <typename What>
  Appended happened(History& history, std::optional<UserId> user, What what) {
    history.events.push_back({.n = ++history.room.counter, .at = now_, .user_id = user, .what = std::move(what)});
    return {.event = history.events.back()};
  }

  template <typename What>
  Appended as_it_was(const History& history, What what) const {
    return {.event = {.n = history.room.counter, .at = now_, .what = std::move(what)}, .duplicate = true};
  }

  FakeStore& store_;
  Time now_;
};

Result<std::vector<Result<Appended>>> FakeStore::append(std::span<const Change> changes, Time now) {
  std::unique_lock lock(mutex_);
  batches_.emplace_back(changes.begin(), changes.end());
  changed_.notify_all();
  changed_.wait(lock, [this] { return !held_; });
  if (auto fate = begin(lock, Call::kAppend); !fate) return std::unexpected(fate.error());
  std::vector<Result<Appended>> results;
  for (const Change& change : changes) results.push_back(std::visit(Apply(*this, now), change));
  return results;
}

}  // namespace vestnik::chat
