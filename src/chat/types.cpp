#include "chat/types.hpp"

#include <algorithm>
#include <array>

namespace vestnik::chat {
namespace {

// The most that JSON has of a message besides its texts and the name of its room, of an emoji with the users shown, of
// a file.
constexpr std::int64_t kMessageBytes = 384;
constexpr std::int64_t kReactionBytes = 512;
constexpr std::int64_t kAttachmentBytes = 768;

// As a JSON string: newlines, tabs, quotes and backslashes take two.
std::int64_t json_bytes(std::string_view text) {
  const auto escaped =
      std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; });
  return static_cast<std::int64_t>(text.size()) + escaped;
}

}  // namespace

RoomRules patched(RoomRules rules, const RulesPatch& patch) {
  rules.max_length = patch.max_length.value_or(rules.max_length);
  rules.message_limit = patch.message_limit.value_or(rules.message_limit);
  rules.expires_at = patch.expires_at.value_or(rules.expires_at);
  rules.read_only = patch.read_only.value_or(rules.read_only);
  return rules;
}

const RoomId& room_of(const Change& change) {
  return std::visit([](const auto& each) -> const RoomId& { return each.room_id; }, change);
}

std::int64_t weight_of(const Message& message, std::int64_t emojis, std::int64_t attachments) {
  const std::int64_t texts = json_bytes(message.content) + (message.username ? json_bytes(*message.username) : 0) +
                             (message.nonce ? json_bytes(*message.nonce) : 0);
  return texts + kMessageBytes + emojis * kReactionBytes + attachments * kAttachmentBytes;
}

std::int64_t weight_of(const Message& message) {
  return weight_of(message, std::ssize(message.reactions), std::ssize(message.attachments));
}

std::int64_t weight_of(const Event& event) {
  if (const auto* sent = std::get_if<MessageSent>(&event.what)) return weight_of(sent->message);
  if (const auto* edited = std::get_if<MessageEdited>(&event.what)) return weight_of(edited->message);
  return kMessageBytes;
}

std::string_view kind_of(const Event& event) {
  constexpr std::array<std::string_view, std::variant_size_v<decltype(event.what)>> kKinds = {
      "message", "edited", "deleted", "reaction", "member", "rules", "closed", "listed", "unlisted"};
  return kKinds[event.what.index()];
}

}  // namespace vestnik::chat
