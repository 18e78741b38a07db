// The words of the chat domain: users, sessions, rooms, positions, messages, and what happens to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/position.hpp"

namespace vestnik::chat {

using UserId = std::int64_t;       // from 1
using RoomId = std::string;        // UUID
using MessageId = std::int64_t;    // from 1, unique in the store
using AttachmentId = std::string;  // UUID

inline constexpr std::string_view kLobby = "lobby";
inline constexpr std::string_view kStream = "stream";
inline constexpr std::string_view kAdmin = "admin";

// Who writes: an account, whose name is unique, or a guest, made by opening a session.
struct User {
  UserId id = 0;
  std::string username;
  std::optional<std::string> email;
  bool guest = false;
};

struct NewUser {
  std::string username;
  std::optional<std::string> email;
};

// What the holder of a session's secret may act as. The secret itself is known to the holder alone.
struct Session {
  std::string key;  // SHA-256 of the secret, in hexadecimal
  User user;
  Time created_at;
  Time active_at;  // the last message of the user, or the closing of the last room of theirs; at first created_at
};

struct NewSession {
  std::string key;
  std::optional<UserId> user_id;  // an existing user; absent: a new guest with the name
  std::string display_name;
};

inline constexpr std::size_t kEpochLength = 8;  // of a new room

// What a room is; never changes.
struct RoomInfo {
  RoomId id;
  std::string name;
  std::string epoch;
  Time created_at;
  std::optional<UserId> owner_id;  // absent for built-in rooms, and for those made by nobody in particular
};

// What a room allows; its owner may change it.
struct RoomRules {
  std::optional<std::int32_t> max_length;     // code points; absent: the server's limit
  std::optional<std::int64_t> message_limit;  // messages kept; the oldest beyond it are removed; absent: the server's
  std::optional<Time> expires_at;             // the room is closed then
  bool client_seq_required = false;
  bool read_only = false;  // only the owner writes

  bool operator==(const RoomRules&) const = default;
};

inline constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// What shall be different about a room's rules. A rule that is absent stays as it is; one that is there without a value
// is taken away.
struct RulesPatch {
  std::optional<std::optional<std::int32_t>> max_length;
  std::optional<std::optional<std::int64_t>> message_limit;
  std::optional<std::optional<Time>> expires_at;
  std::optional<bool> read_only;

  bool operator==(const RulesPatch&) const = default;
};

RoomRules patched(RoomRules rules, const RulesPatch& patch);

// Rooms that are there from the first start, and stay.
inline bool is_built_in(std::string_view room_name) {
  return room_name == kLobby || room_name == kStream;
}

// A room with the state of its history at one moment.
struct Room {
  RoomInfo info;
  RoomRules rules;
  std::int64_t counter = 0;        // n of the newest change
  std::int64_t floor = 0;          // events are complete after this n
  std::int64_t message_count = 0;  // messages held, deleted ones too
  std::int64_t message_total = 0;  // messages ever written
  std::optional<Time> last_message_at;
};

struct NewRoom {
  RoomInfo info;  // complete: id, epoch and created_at are given by the caller
  RoomRules rules;
};

// How many users gave a message this emoji, and who the first of them were.
struct Reaction {
  std::string emoji;
  std::int64_t count = 0;
  std::vector<UserId> user_ids;  // in the order in which they gave it, at most kReactionUsersShown

  bool operator==(const Reaction&) const = default;
};

inline constexpr std::size_t kReactionUsersShown = 20;
inline constexpr std::size_t kReactionEmojisMax = 50;  // different ones on one message

// A file that messages refer to. Its bytes are kept elsewhere.
struct Attachment {
  AttachmentId id;
  std::string sha256;  // of its content, which several attachments may share
  std::uint64_t size = 0;
  std::string name;               // for people; never a path
  std::string content_type;       // found in the content, not what the client said
  std::optional<UserId> user_id;  // who uploaded it; only they may attach it to messages
  Time created_at;

  bool operator==(const Attachment&) const = default;
};

struct Message {
  MessageId id = 0;
  std::int64_t n = 0;  // its position in the room
  Time created_at;
  std::optional<UserId> user_id;
  std::optional<std::string> username;
  std::string content;  // empty once it was deleted; may be empty beside attachments
  std::optional<std::int64_t> client_seq;
  std::optional<std::string> nonce;
  std::optional<MessageId> reply_to;
  std::optional<Time> edited_at;
  bool deleted = false;             // an empty tombstone until it is trimmed
  std::vector<Reaction> reactions;  // in the order of their first use
  std::vector<Attachment> attachments;
};

// Who is in a room.
struct Member {
  UserId user_id = 0;
  std::string username;
  Time joined_at;
};

// The changes of a room before their commit. Whether they are allowed was decided before; whether what they refer to
// still exists is decided inside the commit.

// A message.
struct Draft {
  RoomId room_id;
  std::optional<UserId> user_id;
  std::optional<std::string> username;
  std::string content;
  std::optional<std::int64_t> client_seq;
  std::optional<std::string> nonce;
  std::optional<MessageId> reply_to;          // a message of the same room
  std::optional<std::int64_t> message_limit;  // so many messages are kept; the oldest beyond it are removed
  std::vector<AttachmentId> attachment_ids;   // different ones
  // What it is answered with unless its nonce makes it a repetition: the room's rules, which may have been others when
  // it was sent first, do not allow it.
  std::shared_ptr<const Error> refusal = {};
};

struct Edit {
  RoomId room_id;
  MessageId message_id = 0;
  std::optional<UserId> user_id;  // who edits
  std::string content;
};

struct Deletion {
  RoomId room_id;
  MessageId message_id = 0;
  std::optional<UserId> user_id;  // who deletes
};

struct ReactionChange {
  RoomId room_id;
  MessageId message_id = 0;
  UserId user_id = 0;
  std::string emoji;
  bool add = true;
};

struct Membership {
  RoomId room_id;
  UserId user_id = 0;
  bool join = true;
  std::int64_t rooms_max = kUnlimited;  // that the user may be a member of
};

struct RulesChange {
  RoomId room_id;
  std::optional<UserId> user_id;
  RulesPatch patch;  // applied inside the commit, so that of two at a time neither undoes the other
};

enum class CloseReason : std::uint8_t { kRequested, kExpired };

struct Closing {
  RoomId room_id;
  std::optional<UserId> user_id;
  CloseReason reason = CloseReason::kRequested;
  std::optional<Time> expires_at;  // close the room only if it still expires then
};

using Change = std::variant<Draft, Edit, Deletion, ReactionChange, Membership, RulesChange, Closing>;

const RoomId& room_of(const Change& change);

// How many bytes a message takes in an answer, give or take what JSON has to escape: never less than its texts.
// `emojis` and `attachments`: how many it has.
std::int64_t weight_of(const Message& message, std::int64_t emojis, std::int64_t attachments);
std::int64_t weight_of(const Message& message);

// What happened in a room, as its subscribers learn it. An event that is read later tells of the present state of what
// it is about (a text edited since is already the new one), so that who follows always ends with the room's state.

struct MessageSent {
  Message message;
};
struct MessageEdited {
  Message message;  // deleted when it has been deleted since
};
struct MessageDeleted {
  MessageId message_id = 0;
};
struct ReactionChanged {
  MessageId message_id = 0;
  std::string emoji;
  bool added = true;
  std::int64_t count = 0;  // of this emoji on the message now
};
struct MemberChanged {
  std::string username;
  bool joined = true;
};
struct RulesChanged {
  RoomRules rules;
};
struct RoomClosed {
  CloseReason reason = CloseReason::kRequested;
};
// In the list of rooms (see chat/room_directory.hpp).
struct RoomListed {
  RoomInfo info;
  RoomRules rules;
  bool opened = true;  // otherwise it has other rules
};
struct RoomUnlisted {
  RoomInfo info;
  CloseReason reason = CloseReason::kRequested;
};

struct Event {
  std::int64_t n = 0;  // its position in the room
  Time at;
  std::optional<UserId> user_id;  // who did it
  std::variant<MessageSent, MessageEdited, MessageDeleted, ReactionChanged, MemberChanged, RulesChanged, RoomClosed,
               RoomListed, RoomUnlisted>
      what;
};

// As of a message.
std::int64_t weight_of(const Event& event);

// "message", "edited", "deleted", "reaction", "member", "rules", "closed", "listed", "unlisted": as the contract calls
// them.
std::string_view kind_of(const Event& event);

// A page, oldest first or newest first.
enum class Order : std::uint8_t { kAscending, kDescending };

// Which messages of a room to read: those with after < n < before and from <= created_at < to, `offset` of them skipped
// in the given order, at most `limit`, and as many of them as weigh `bytes_max` together, but at least one.
struct HistoryQuery {
  RoomId room_id;
  std::int64_t after = 0;
  std::optional<std::int64_t> before;
  std::optional<Time> from;
  std::optional<Time> to;
  std::int64_t offset = 0;
  std::int32_t limit = 50;
  Order order = Order::kDescending;
  std::int64_t bytes_max = kUnlimited;
};

// Where a user has read to in a room. A user may have several cursors, told apart by name.
struct CursorKey {
  RoomId room_id;
  UserId user_id = 0;
  std::string name;
};

// What a user has not read in one room.
struct Unread {
  RoomId room_id;
  std::int64_t cursor_n = 0;  // read up to here; 0: nothing yet
  std::int64_t count = 0;     // messages of others after the cursor that the room holds, without deleted ones
};

struct StoreStats {
  std::int64_t users = 0;  // accounts, and guests with a session
  std::int64_t sessions = 0;
  std::int64_t rooms = 0;           // open ones
  std::int64_t messages = 0;        // held in open rooms
  std::int64_t messages_since = 0;  // messages written at or after the asked time
};

}  // namespace vestnik::chat
