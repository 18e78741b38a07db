#include "storage/memory/room_history.hpp"

#include <algorithm>
#include <ranges>
#include <type_traits>
#include <utility>

#include "storage/answers.hpp"

namespace vestnik::storage::memory {

using chat::Appended;
using chat::Event;
using chat::Message;

namespace {

// nullptr when it is not among them.
template <typename Messages>
auto* find_in(Messages& messages, chat::MessageId id) {
  const auto found = std::ranges::lower_bound(messages, id, {}, &Message::id);
  return found != messages.end() && found->id == id ? &*found : nullptr;
}

// The messages that the query's conditions name, oldest first.
auto select(const std::deque<Message>& messages, const chat::HistoryQuery& query) {
  auto begin = std::ranges::upper_bound(messages, query.after, {}, &Message::n);
  auto end = messages.end();
  if (query.from) begin = std::max(begin, std::ranges::lower_bound(messages, *query.from, {}, &Message::created_at));
  if (query.before) end = std::min(end, std::ranges::lower_bound(messages, *query.before, {}, &Message::n));
  if (query.to) end = std::min(end, std::ranges::lower_bound(messages, *query.to, {}, &Message::created_at));
  return std::ranges::subrange(begin, std::max(begin, end));
}

template <typename Messages>
std::vector<Message> page_of(const Messages& messages, const chat::HistoryQuery& query) {
  answers::PageBudget budget(query.bytes_max);
  std::vector<Message> page;
  const auto size = static_cast<std::int64_t>(std::ranges::size(messages));
  for (auto i = std::max<std::int64_t>(query.offset, 0); i < size && std::ssize(page) < query.limit; ++i) {
    const Message& message = messages.begin()[i];
    if (!budget.take(chat::weight_of(message))) break;
    page.push_back(message);
  }
  return page;
}

}  // namespace

Result<Appended> RoomHistory::apply(const chat::Draft& draft, Moment& moment) {
  const std::string digest = draft.nonce ? answers::digest_of(draft) : std::string();
  if (const auto* first = find_nonce(draft)) {
    if (first->digest != digest) return answers::nonce_used();
    const auto* message = find(first->id);
    return Appended{
        .event = answers::sent(message ? *message : answers::trimmed(draft, first->id, first->n, first->at)),
        .duplicate = true};
  }
  if (draft.refusal) return std::unexpected(*draft.refusal);
  if (draft.reply_to) {
    const auto* original = find(*draft.reply_to);
    if (original == nullptr || original->deleted) return answers::no_reply(*draft.reply_to);
  }
  auto attachments = attachments_.find(draft);
  if (!attachments) return std::unexpected(std::move(attachments.error()));
  attachments_.link(*attachments);

  Appended appended{.event = answers::sent(answers::message_of(draft, ++moment.newest_message_id, ++room_.counter,
                                                               moment.at, std::move(*attachments)))};
  messages_.push_back(std::get<chat::MessageSent>(appended.event.what).message);
  note_text(messages_.back().id, moment);
  if (draft.nonce) remember_nonce(messages_.back(), digest);
  ++room_.message_count;
  ++room_.message_total;
  room_.last_message_at = moment.at;
  if (draft.message_limit) trim(answers::kept(*draft.message_limit), moment);
  raise_floor(answers::events_floor(room_.counter, room_.message_count));
  forget_nonces();
  return appended;
}

void RoomHistory::remember_nonce(const Message& message, const std::string& digest) {
  const chat::UserId author = message.user_id.value_or(0);
  nonces_by_author_[author].emplace(
      *message.nonce, Remembered{.id = message.id, .n = message.n, .at = message.created_at, .digest = digest});
  nonces_in_order_.push_back({.n = message.n, .id = message.id, .author = author, .nonce = *message.nonce});
}

void RoomHistory::forget_nonces() {
  while (!nonces_in_order_.empty()) {
    const NonceInOrder& oldest = nonces_in_order_.front();
    if (oldest.n >= answers::first_remembered_nonce(room_.counter) || find(oldest.id) != nullptr) return;
    const auto of_author = nonces_by_author_.find(oldest.author);
    of_author->second.erase(oldest.nonce);
    if (of_author->second.empty()) nonces_by_author_.erase(of_author);
    nonces_in_order_.pop_front();
  }
}

void RoomHistory::note_text(chat::MessageId id, Moment& moment) const {
  moment.changed_texts.push_back({.id = id, .room_id = room_.info.id, .at = moment.at});
}

void RoomHistory::give_up_texts(std::deque<ChangedText>& changed, Time at) const {
  for (const Message& message : messages_) changed.push_back({.id = message.id, .room_id = room_.info.id, .at = at});
}

void RoomHistory::trim(std::int64_t message_limit, Moment& moment) {
  if (room_.message_count <= message_limit) return;
  for (; room_.message_count > message_limit; --room_.message_count) {
    const Message& oldest = messages_.front();
    reactions_.erase(oldest.id);
    attachments_.release(oldest.attachments);
    note_text(oldest.id, moment);
    messages_.pop_front();
  }
  raise_floor(messages_.front().n - 1);
}

void RoomHistory::raise_floor(std::int64_t floor) {
  room_.floor = std::max(room_.floor, floor);
  while (!changes_.empty() && changes_.front().n <= room_.floor) changes_.pop_front();
}

Result<Appended> RoomHistory::apply(const chat::Edit& edit, Moment& moment) {
  const auto found = find_living(edit.message_id);
  if (!found) return std::unexpected(found.error());
  auto& message = **found;
  if (message.content == edit.content) return unchanged(edit.user_id, chat::MessageEdited{message}, moment);
  message.content = edit.content;
  message.edited_at = moment.at;
  note_text(message.id, moment);
  return commit(edit.user_id, chat::MessageEdited{message}, moment);
}

Result<Appended> RoomHistory::apply(const chat::Deletion& deletion, Moment& moment) {
  const chat::MessageDeleted what{deletion.message_id};
  if (const auto* message = find(deletion.message_id); message != nullptr && message->deleted) {
    return unchanged(deletion.user_id, what, moment);
  }
  const auto found = find_living(deletion.message_id);
  if (!found) return std::unexpected(found.error());
  auto& message = **found;
  message.content.clear();
  message.deleted = true;
  note_text(message.id, moment);
  message.reactions.clear();
  reactions_.erase(message.id);
  attachments_.release(message.attachments);
  message.attachments.clear();
  return commit(deletion.user_id, what, moment);
}

Result<Appended> RoomHistory::apply(const chat::ReactionChange& change, Moment& moment) {
  const auto found = find_living(change.message_id);
  if (!found) return std::unexpected(found.error());
  auto& given = reactions_[change.message_id];
  auto of_emoji = std::ranges::find(given, change.emoji, &Given::emoji);
  const bool is_first = of_emoji == given.end();
  const auto has_given = !is_first && std::ranges::count(of_emoji->user_ids, change.user_id) > 0;
  chat::ReactionChanged what{.message_id = change.message_id,
                             .emoji = change.emoji,
                             .added = change.add,
                             .count = is_first ? 0 : std::ssize(of_emoji->user_ids)};
  if (has_given == change.add) return unchanged(change.user_id, std::move(what), moment);
  if (is_first && given.size() == chat::kReactionEmojisMax) return answers::too_many_emojis();

  if (change.add) {
    if (is_first) of_emoji = given.insert(given.end(), {.emoji = change.emoji, .user_ids = {}});
    of_emoji->user_ids.push_back(change.user_id);
  } else {
    std::erase(of_emoji->user_ids, change.user_id);
    if (of_emoji->user_ids.empty()) given.erase(of_emoji);
  }
  what.count += change.add ? 1 : -1;
  show_reactions(**found);
  return commit(change.user_id, std::move(what), moment);
}

void RoomHistory::show_reactions(Message& message) const {
  message.reactions.clear();
  for (const auto& [emoji, user_ids] : reactions_.at(message.id)) {
    message.reactions.push_back({.emoji = emoji,
                                 .count = std::ssize(user_ids),
                                 .user_ids = page_of(user_ids, 0, chat::kReactionUsersShown, std::identity{})});
  }
}

Result<Appended> RoomHistory::apply(const chat::Membership& membership, Moment& moment) {
  const auto member = find_member(membership.user_id);
  chat::MemberChanged what{.username = user(membership.user_id).username, .joined = membership.join};
  if ((member != members_.end()) == membership.join) return unchanged(membership.user_id, std::move(what), moment);
  if (membership.join) {
    members_.push_back({.user_id = membership.user_id, .at = moment.at});
  } else {
    members_.erase(member);
  }
  return commit(membership.user_id, std::move(what), moment);
}

Result<Appended> RoomHistory::apply(const chat::RulesChange& change, Moment& moment) {
  const chat::RulesChanged what{chat::patched(room_.rules, change.patch)};
  if (room_.rules == what.rules) return unchanged(change.user_id, what, moment);
  room_.rules = what.rules;
  if (what.rules.message_limit) trim(answers::kept(*what.rules.message_limit), moment);
  return commit(change.user_id, what, moment);
}

Result<Appended> RoomHistory::apply(const chat::Closing& closing, Moment& moment) {
  if (closing.expires_at && closing.expires_at != room_.rules.expires_at) return answers::other_end();
  for (const auto& message : messages_) attachments_.release(message.attachments);
  return commit(closing.user_id, chat::RoomClosed{closing.reason}, moment);
}

Appended RoomHistory::commit(std::optional<chat::UserId> user_id, What what, const Moment& moment) {
  changes_.push_back({.n = ++room_.counter, .at = moment.at, .user_id = user_id, .what = std::move(what)});
  raise_floor(answers::events_floor(room_.counter, room_.message_count));
  forget_nonces();
  return {.event = changes_.back()};
}

Appended RoomHistory::unchanged(std::optional<chat::UserId> user_id, What what, const Moment& moment) const {
  return {.event = {.n = room_.counter, .at = moment.at, .user_id = user_id, .what = std::move(what)},
          .duplicate = true};
}

const Message* RoomHistory::find(chat::MessageId id) const {
  return find_in(messages_, id);
}

const RoomHistory::Remembered* RoomHistory::find_nonce(const chat::Draft& draft) const {
  const auto of_author = nonces_by_author_.find(draft.user_id.value_or(0));
  if (!draft.nonce || of_author == nonces_by_author_.end()) return nullptr;
  const auto first = of_author->second.find(*draft.nonce);
  return first == of_author->second.end() ? nullptr : &first->second;
}

Result<Message*> RoomHistory::find_living(chat::MessageId id) {
  auto* message = find_in(messages_, id);
  if (message == nullptr) return answers::no_message(id);
  if (message->deleted) return answers::message_deleted(id);
  return message;
}

std::vector<RoomHistory::Joined>::const_iterator RoomHistory::find_member(chat::UserId id) const {
  return std::ranges::find(members_, id, &Joined::user_id);
}

std::vector<Message> RoomHistory::list_messages(const chat::HistoryQuery& query) const {
  const auto selected = select(messages_, query);
  if (query.order == chat::Order::kAscending) return page_of(selected, query);
  return page_of(std::views::reverse(selected), query);
}

std::vector<Event> RoomHistory::list_events(std::int64_t after, std::int32_t limit, std::int64_t bytes_max) const {
  after = std::max(after, room_.floor);
  auto message = std::ranges::upper_bound(messages_, after, {}, &Message::n);
  auto change = std::ranges::upper_bound(changes_, after, {}, &Event::n);
  std::vector<Event> events;
  answers::PageBudget budget(bytes_max);
  while (std::ssize(events) < limit && (message != messages_.end() || change != changes_.end())) {
    const bool is_message = change == changes_.end() || (message != messages_.end() && message->n < change->n);
    Event event = is_message ? answers::sent(*message++) : present(*change++);
    if (!budget.take(chat::weight_of(event))) break;
    events.push_back(std::move(event));
  }
  return events;
}

// The event with the present state of what it is about.
Event RoomHistory::present(const Event& event) const {
  auto what = std::visit(
      [&]<typename T>(T now) -> What {
        if constexpr (std::is_same_v<T, chat::MessageEdited>) {
          const auto* message = find(now.message.id);
          if (message == nullptr) return chat::MessageDeleted{now.message.id};
          now.message = *message;
        } else if constexpr (std::is_same_v<T, chat::ReactionChanged>) {
          const auto* message = find(now.message_id);
          if (message == nullptr) return chat::MessageDeleted{now.message_id};
          const auto reaction = std::ranges::find(message->reactions, now.emoji, &chat::Reaction::emoji);
          now.count = reaction == message->reactions.end() ? 0 : reaction->count;
        } else if constexpr (std::is_same_v<T, chat::MemberChanged>) {
          now.username = user(*event.user_id).username;
        } else if constexpr (std::is_same_v<T, chat::RulesChanged>) {
          now.rules = room_.rules;
        }
        return now;
      },
      event.what);
  return {.n = event.n, .at = event.at, .user_id = event.user_id, .what = std::move(what)};
}

std::int64_t RoomHistory::repair_times(Time now) {
  const auto repair = [now](Time& time) { return time > now && (time = now, true); };
  std::int64_t messages = 0;
  for (auto& message : messages_) {
    const bool was_created = repair(message.created_at);
    const bool was_edited = message.edited_at && repair(*message.edited_at);
    for (auto& attachment : message.attachments) repair(attachment.created_at);
    messages += was_created || was_edited ? 1 : 0;
  }
  for (auto& change : changes_) repair(change.at);
  for (auto& member : members_) repair(member.at);
  for (auto& [author, nonces] : nonces_by_author_) {
    for (auto& [nonce, first] : nonces) repair(first.at);
  }
  repair(room_.info.created_at);
  if (room_.last_message_at) repair(*room_.last_message_at);
  return messages;
}

std::int64_t RoomHistory::count_since(Time since) const {
  return messages_.end() - std::ranges::lower_bound(messages_, since, {}, &Message::created_at);
}

std::vector<chat::Member> RoomHistory::list_members(std::int64_t offset, std::int32_t limit) const {
  return page_of(members_, offset, limit, [this](const Joined& joined) {
    return chat::Member{.user_id = joined.user_id, .username = user(joined.user_id).username, .joined_at = joined.at};
  });
}

std::int64_t RoomHistory::cursors_of(chat::UserId user_id) const {
  return std::distance(cursors_.lower_bound({user_id, ""}), cursors_.lower_bound({user_id + 1, ""}));
}

void RoomHistory::set_cursor(chat::UserId user_id, const std::string& name, std::int64_t n) {
  auto& cursor = cursors_[{user_id, name}];
  cursor = std::max(cursor, std::min(n, room_.counter));
}

void RoomHistory::forget_cursors(chat::UserId user_id) {
  cursors_.erase(cursors_.lower_bound({user_id, ""}), cursors_.lower_bound({user_id + 1, ""}));
}

chat::Unread RoomHistory::unread(chat::UserId user_id, const std::string& name) const {
  const auto cursor = cursors_.find({user_id, name});
  const std::int64_t n = cursor == cursors_.end() ? 0 : cursor->second;
  const auto held = messages_.end() - std::ranges::upper_bound(messages_, n, {}, &Message::n);
  const auto read_anyway =
      std::count_if(messages_.end() - std::min<std::ptrdiff_t>(held, chat::kUnreadExamined), messages_.end(),
                    [user_id](const Message& message) { return message.deleted || message.user_id == user_id; });
  return {.room_id = room_.info.id, .cursor_n = n, .count = held - read_anyway};
}

bool RoomHistory::concerns(chat::UserId user_id, const std::string& cursor_name) const {
  return find_member(user_id) != members_.end() || cursors_.contains({user_id, cursor_name});
}

}  // namespace vestnik::storage::memory
