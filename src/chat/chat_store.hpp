// The port behind which users, sessions, rooms and their history are kept. Every storage passes tests/conformance.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// What became of one change of a batch.
struct Appended {
  Event event;             // what was committed
  bool duplicate = false;  // nothing was: it had been so before, and the event is the first one (a repeated nonce) or
                           // tells what is (n is the room's counter)
};

// So many of a room's newest events are kept at least.
inline constexpr std::int64_t kEventsKept = 10'000;

// Among so many of the newest messages after a cursor, own and deleted ones do not count as unread. Further back, where
// nobody reads on from, all do: a count must not cost as much as the room holds.
inline constexpr std::int64_t kUnreadExamined = 1'000;

// A nonce is remembered while the room holds its message, and for at least so many later changes of the room.
inline constexpr std::int64_t kNoncesKept = 100'000;

// Synchronous: a call is one transaction that returns when it is durable, within the store's time-out. Any thread may
// call; `append` is called by one thread at a time. Errors of every call: unavailable (the storage failed or is
// closed), deadline_exceeded. After a failed write nothing of that call is visible, ever (or the store reports itself
// failed).
class ChatStore {
 public:
  virtual ~ChatStore() = default;

  // An account. Errors: already_exists (an account has the name).
  virtual Result<User> create_user(const NewUser& user) = 0;
  // Makes an account of a guest. Errors: already_exists (the name is taken, or it is an account), not_found.
  virtual Result<User> promote_guest(UserId id, const NewUser& user) = 0;
  // Errors: not_found.
  virtual Result<User> get_user(UserId id) = 0;
  // Ends the user's sessions and API keys and makes them a guest without e-mail address, whose name is free. Messages,
  // rooms and attachments keep their author. Errors: not_found.
  virtual Result<void> remove_user(UserId id) = 0;
  // Accounts, and guests with a session, in the order of ids.
  virtual Result<std::vector<User>> list_users(std::int64_t offset, std::int32_t limit) = 0;

  // Errors: not_found (no such user), already_exists (the key is in use).
  virtual Result<Session> create_session(const NewSession& session, Time now) = 0;
  // At most `limit` sessions with a key above `after_key`, in the order of keys.
  virtual Result<std::vector<Session>> list_sessions(std::string_view after_key, std::int32_t limit) = 0;
  // With the last session of a guest go their cursors, and the guest, unless a change, a room, an attachment or an API
  // key was ever theirs. No id is given twice. With `active_at`: only if the session has not been active since then.
  // Errors: not_found, failed_precondition (it has been active since).
  virtual Result<void> end_session(std::string_view key, std::optional<Time> active_at = {}) = 0;

  // Errors: already_exists (an open room has the name or id).
  virtual Result<Room> create_room(const NewRoom& room) = 0;
  // An open room by id (UUID) or name. Errors: not_found.
  virtual Result<Room> find_room(std::string_view id_or_name) = 0;
  // Open rooms in the order of creation.
  virtual Result<std::vector<Room>> list_rooms(std::int64_t offset, std::int32_t limit) = 0;
  // Members in the order in which they joined. An unknown room has none.
  virtual Result<std::vector<Member>> list_members(const RoomId& room, std::int64_t offset, std::int32_t limit) = 0;
  // Removes a bounded piece of what nobody sees any more: what closed rooms have left behind, and what a much lower
  // message_limit has cut off at once. Whether there is more.
  virtual Result<bool> sweep_closed_rooms() = 0;

  // Commits the changes in their order, all in one transaction. Each takes the next n of its room, inside the commit,
  // without gaps. Time is `now`, or a microsecond after the newest time of any change in the store when that is ahead
  // of `now`, so it never goes back along ids or positions; it becomes the active_at of the sessions of the users who
  // wrote messages, and of the owners of closed rooms, unless theirs is later. Message ids grow.
  //  - Draft: one with a refusal is answered with that, unless it is a repetition. The nonce of an earlier message of
  //  the same (room, author) makes it a repetition when content and
  //    attachments are those the message was sent with; within one batch too. It is not written again:
  //
  //      message since                 | repetition                                 | other content or attachments
  //      ------------------------------+--------------------------------------------+------------------------------
  //      as sent, reacted to           | duplicate, the message                     | already_exists
  //      edited                        | duplicate, the message as it is now        | already_exists
  //      deleted                       | duplicate, its tombstone                   | already_exists
  //      trimmed, nonce remembered     | duplicate, a tombstone of its id, n, time  | already_exists
  //      trimmed, nonce forgotten      | a new message                              | a new message
  //      room closed                   | not_found                                  | not_found
  //
  //    A nonce is remembered while the room holds the message, and while its n > counter - kNoncesKept.
  //    reply_to must be a message of the room that was not deleted: otherwise failed_precondition. An
  //    attachment must exist (invalid_argument) and be nobody's or the author's (permission_denied). Beyond
  //    message_limit (0 and less count as 1) the oldest messages leave with all that belongs to them, and the room's
  //    floor rises to just below the oldest one left.
  //  - Edit, Deletion, ReactionChange: not_found when the room has no such message; failed_precondition when it was
  //    deleted (a second Deletion is a duplicate). ReactionChange: resource_exhausted beyond kReactionEmojisMax.
  //  - Membership, ReactionChange, RulesChange, Edit: a duplicate when nothing would change.
  //  - Membership: resource_exhausted for who joins and is a member of rooms_max open rooms.
  //  - RulesChange: beyond the message_limit that the room has then, the oldest messages leave as with a Draft.
  //  - Deletion: the message lets go of its attachments. So do messages that leave, and those of closed rooms, at the
  //    latest when they are swept.
  //  - Closing: the room, its name, members, cursors and nonces are gone; the event is its last. With expires_at, a
  //    room that has another end by now stays: failed_precondition.
  // Of the room's newest events kEventsKept are kept, or twice as many as it holds messages when that is more. The
  // floor may rise above older ones, which leaves the messages among them where they are. An unknown or closed room,
  // and an unknown user, give not_found for that change. The outer error means that nothing was applied.
  virtual Result<std::vector<Result<Appended>>> append(std::span<const Change> changes, Time now) = 0;

  // One page of history in the query's order. An unknown room is an empty page.
  virtual Result<std::vector<Message>> list_messages(const HistoryQuery& query) = 0;
  // With the room it is in. Errors: not_found (also when its room was closed).
  virtual Result<std::pair<RoomId, Message>> get_message(MessageId id) = 0;
  // The events with n > after, oldest first, without gaps, at most `limit`, and as many of them as weigh `bytes_max`
  // together, but at least one; from the first that is kept when `after` is below the floor. An unknown room is an
  // empty page.
  virtual Result<std::vector<Event>> list_events(const RoomId& room, std::int64_t after, std::int32_t limit,
                                                 std::int64_t bytes_max) = 0;

  // Never moves back; an `n` beyond the room's counter counts as the counter, one below 0 as 0. Errors: not_found (no
  // such open room or user), resource_exhausted (a new one, and the user has `cursors_max`, those in closed rooms not
  // counted).
  virtual Result<void> set_cursor(const CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) = 0;
  // What others wrote after the cursor and the room holds, without what was deleted; see kUnreadExamined. Errors:
  // not_found (no such open room).
  virtual Result<Unread> get_unread(const CursorKey& cursor) = 0;
  // Of the open rooms where the user is a member or has a cursor of that name, in the order of creation.
  virtual Result<std::vector<Unread>> list_unread(UserId user, std::string_view cursor_name, std::int64_t offset,
                                                  std::int32_t limit) = 0;

  // Counts; `since` bounds messages_since (those that are still held).
  virtual Result<StoreStats> stats(Time since) = 0;

  // Cheap check that the storage answers, for health.
  virtual Result<void> check() = 0;

  // What the storage is, for logs and errors, such as "sqlite:data/vestnik.db"; never a secret.
  virtual std::string_view description() const = 0;
};

}  // namespace vestnik::chat
