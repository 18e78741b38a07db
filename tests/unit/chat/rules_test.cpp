#include "chat/rules.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <functional>
#include <limits>
#include <numeric>
#include <vector>

namespace vestnik::chat {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kWave = "\xF0\x9F\x91\x8B";  // one code point in four bytes
constexpr std::string_view kUuid = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6";

struct RoomOfRules {
  RoomInfo info;
  RoomRules rules;
};

const RoomOfRules kLobbyRoom{{.id = "id of the lobby", .name = "lobby", .epoch = "k3"}, {}};
const RoomOfRules kStreamRoom{{.id = "id of the stream", .name = "stream", .epoch = "k4"},
                              {.max_length = 128, .client_seq_required = true}};

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

// The field that a rule found at fault; empty when the rule was kept.
template <typename T>
std::string field_at_fault(const Result<T>& result) {
  if (result) return "";
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  if (result.error().violations.size() != 1)
    return "not one field but " + std::to_string(result.error().violations.size());
  EXPECT_FALSE(result.error().violations[0].reason.empty());
  EXPECT_EQ(result.error().detail, result.error().violations[0].field + ": " + result.error().violations[0].reason);
  return result.error().violations[0].field;
}

std::string check(NewMessage message, const RoomOfRules& room = kLobbyRoom, const Limits& limits = {}) {
  return field_at_fault(check_message(std::move(message), room.info, room.rules, limits));
}

std::string check_content(std::string content, const RoomOfRules& room = kLobbyRoom, const Limits& limits = {}) {
  return check({.content = std::move(content), .client_seq = 1}, room, limits);
}

TEST(MessageRules, GiveADraftWithAllThatWasAsked) {
  const auto draft = check_message(
      {.user_id = 7, .username = "Ann", .content = " Привет,\n\tмир! ", .client_seq = 0, .nonce = "n-1", .reply_to = 3},
      kStreamRoom.info, kStreamRoom.rules, {});
  ASSERT_TRUE(draft.has_value());
  EXPECT_EQ(draft->room_id, kStreamRoom.info.id);
  EXPECT_EQ(draft->user_id, 7);
  EXPECT_EQ(draft->username, "Ann");
  EXPECT_EQ(draft->content, " Привет,\n\tмир! ");
  EXPECT_EQ(draft->client_seq, 0);
  EXPECT_EQ(draft->nonce, "n-1");
  EXPECT_EQ(draft->reply_to, 3);
}

TEST(MessageRules, AskForNothingButContentInTheLobby) {
  const auto draft = check_message({.content = "x"}, kLobbyRoom.info, kLobbyRoom.rules, {});
  ASSERT_TRUE(draft.has_value());
  EXPECT_FALSE(draft->user_id || draft->username || draft->client_seq || draft->nonce || draft->reply_to);
}

TEST(MessageRules, AskForSomethingThatCanBeSeen) {
  for (const auto* nothing : {" ", "\n\t ", "\u200B", "\u00A0\u3000", "\u2800", "\u3164", "\u2060\uFEFF\u00AD",
                              "\u200E\u061C", "\uFE0F", "\U000E0041", "\u2028", "\u0085"}) {
    EXPECT_EQ(check_content(nothing), "content") << nothing;
    EXPECT_EQ(field_at_fault(check_text("content", nothing, false, {}, {})), "content") << nothing;
    EXPECT_EQ(field_at_fault(check_text("content", nothing, true, {}, {})), "") << "beside a file";
  }
  for (const auto* something : {" .", "\u200B.", "\u0301", "👩\u200D💻", "\u3164я"}) {
    EXPECT_EQ(check_content(something), "") << something;
  }
}

TEST(MessageRules, KeepAsManyMessagesAsTheRoomAndTheServerAllow) {
  const auto kept = [](std::optional<std::int64_t> of_room, const Limits& limits) {
    return check_message({.content = "x"}, kLobbyRoom.info, {.message_limit = of_room}, limits)->message_limit;
  };
  EXPECT_EQ(kept(10, {.max_room_messages = 20}), 10);
  EXPECT_EQ(kept(20, {.max_room_messages = 10}), 10);
  EXPECT_EQ(kept({}, {.max_room_messages = 10}), 10);
}

TEST(MessageRules, CountCharactersAndNotBytes) {
  EXPECT_EQ(check_content(repeat(kWave, 128), kStreamRoom), "");
  EXPECT_EQ(check_content(repeat(kWave, 129), kStreamRoom), "content");
  EXPECT_EQ(check_content(repeat("я", 128), kStreamRoom), "");
  EXPECT_EQ(check_content(repeat("я", 129), kStreamRoom), "content");
  EXPECT_EQ(check_content(std::string(128, 'x'), kStreamRoom), "");
  EXPECT_EQ(check_content(std::string(129, 'x'), kStreamRoom), "content");
  EXPECT_EQ(check_content(std::string(127, 'x') + std::string(kWave), kStreamRoom), "");
  EXPECT_EQ(check_content(std::string(128, 'x') + std::string(kWave), kStreamRoom), "content");
}

TEST(MessageRules, TakeTheSmallerLimitOfRoomAndServer) {
  EXPECT_EQ(check_content(std::string(16'384, 'x')), "");
  EXPECT_EQ(check_content(std::string(16'385, 'x')), "content");
  EXPECT_EQ(check_content("12345", kLobbyRoom, {.max_message_length = 5}), "");
  EXPECT_EQ(check_content("123456", kLobbyRoom, {.max_message_length = 5}), "content");
  EXPECT_EQ(check_content("12345", kStreamRoom, {.max_message_length = 5}), "");
  EXPECT_EQ(check_content("123456", kStreamRoom, {.max_message_length = 5}), "content");
}

TEST(MessageRules, AcceptAnyTextWithinTheLimit) {
  EXPECT_TRUE(rc::check("as many characters as allowed and not one more", [] {
    const auto limit = *rc::gen::inRange<std::int32_t>(1, 20);
    const auto count = *rc::gen::inRange<std::size_t>(0, 25);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text += *rc::gen::element<std::string>("x", "\n", "\t", " ", "я", "\xE2\x82\xAC", std::string(kWave), "\xC2\x80",
                                             "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF");
    }
    const bool is_seen = text.find_first_not_of("\n\t \xC2\x80") != std::string::npos;
    const bool allowed = is_seen && count <= static_cast<std::size_t>(limit);
    RoomOfRules room = kLobbyRoom;
    room.rules.max_length = limit;
    RC_ASSERT(check_content(text, room) == (allowed ? "" : "content"));
  }));
}

TEST(MessageRules, RefuseAnEmptyText) {
  EXPECT_EQ(check_content(""), "content");
}

TEST(MessageRules, RefuseWhatIsNotUtf8) {
  for (const auto bad : {"\xFF"sv, "\xC0\x80"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\xE2\x82"sv}) {
    EXPECT_EQ(check_content("ok" + std::string(bad)), "content");
  }
}

TEST(MessageRules, RefuseControlCharacters) {
  for (char c = 0; c < 0x20; ++c) {
    EXPECT_EQ(check_content({'a', c, 'b'}), c == '\n' || c == '\t' ? "" : "content") << static_cast<int>(c);
  }
  EXPECT_EQ(check_content("a\x7F"), "content");
}

TEST(MessageRules, NameTheFieldAsTheClientDid) {
  EXPECT_EQ(check({.content = "", .content_field = "text"}), "text");
  EXPECT_EQ(check({.content = "\xFF", .content_field = "text"}), "text");
  EXPECT_EQ(check({.content = std::string(129, 'x'), .content_field = "text", .client_seq = 1}, kStreamRoom), "text");
}

TEST(MessageRules, WantTheClientsOwnNumberInTheStream) {
  EXPECT_EQ(check({.content = "x"}, kStreamRoom), "client_seq");
  EXPECT_EQ(check({.content = "x"}, kLobbyRoom), "");
  for (const RoomOfRules& room : {kLobbyRoom, kStreamRoom}) {
    EXPECT_EQ(check({.content = "x", .client_seq = 0}, room), "");
    EXPECT_EQ(check({.content = "x", .client_seq = std::numeric_limits<std::int64_t>::max()}, room), "");
    EXPECT_EQ(check({.content = "x", .client_seq = -1}, room), "client_seq");
    EXPECT_EQ(check({.content = "x", .client_seq = std::numeric_limits<std::int64_t>::min()}, room), "client_seq");
  }
}

TEST(MessageRules, WantANumberOfAUserThatCanBe) {
  EXPECT_EQ(check({.user_id = 1, .content = "x"}), "");
  EXPECT_EQ(check({.user_id = 0, .content = "x"}), "user_id");
  EXPECT_EQ(check({.user_id = -1, .content = "x"}), "user_id");
}

TEST(MessageRules, WantANumberOfAMessageThatCanBeToReplyTo) {
  EXPECT_EQ(check({.content = "x", .reply_to = 1}), "");
  EXPECT_EQ(check({.content = "x", .reply_to = 0}), "reply_to");
  EXPECT_EQ(check({.content = "x", .reply_to = -1}), "reply_to");
}

TEST(MessageRules, LetAttachmentsStandAlone) {
  EXPECT_EQ(check({.content = "", .attachment_ids = {std::string(kUuid)}}), "");
  EXPECT_EQ(check({.content = ""}), "content");
  EXPECT_EQ(check({.content = "a\x01", .attachment_ids = {std::string(kUuid)}}), "content");
  const auto draft = check_message({.content = "", .attachment_ids = {std::string(kUuid)}}, kLobbyRoom.info, {}, {});
  EXPECT_EQ(draft->attachment_ids, std::vector{std::string(kUuid)});
  const std::string capitals = "F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6";
  EXPECT_EQ(check_message({.attachment_ids = {capitals}}, kLobbyRoom.info, {}, {})->attachment_ids,
            draft->attachment_ids);
}

TEST(MessageRules, WantFewDifferentAttachments) {
  const auto check_ids = [](std::vector<AttachmentId> ids) {
    return check({.content = "x", .attachment_ids = std::move(ids)}, kLobbyRoom, {.max_attachments = 2});
  };
  const std::string first(kUuid);
  const std::string second = "0" + first.substr(1);
  EXPECT_EQ(check_ids({first, second}), "");
  EXPECT_EQ(check_ids({first, second, "1" + first.substr(1)}), "attachment_ids");
  EXPECT_EQ(check_ids({first, first}), "attachment_ids");
  EXPECT_EQ(check_ids({first, "F" + first.substr(1)}), "attachment_ids");  // the same in capitals
  EXPECT_EQ(check_ids({"photo.png"}), "attachment_ids");
  EXPECT_EQ(check_ids({""}), "attachment_ids");
}

TEST(MessageRules, HoldForAnEditedText) {
  const auto fault = [](std::string_view text, const RoomRules& rules = {}, const Limits& limits = {}) {
    return field_at_fault(check_text("content", text, false, rules, limits));
  };
  EXPECT_EQ(fault("x"), "");
  EXPECT_EQ(fault(""), "content");
  EXPECT_EQ(fault("\xFF"), "content");
  EXPECT_EQ(fault("a\x01"), "content");
  EXPECT_EQ(fault("яя", {.max_length = 2}), "");
  EXPECT_EQ(fault("яяя", {.max_length = 2}), "content");
  EXPECT_EQ(fault("яяя", {.max_length = 9}, {.max_message_length = 2}), "content");
}

TEST(MessageRules, WantANonceOfVisibleAscii) {
  const auto with_nonce = [](std::string nonce) { return check({.content = "x", .nonce = std::move(nonce)}); };
  EXPECT_EQ(with_nonce(""), "nonce");
  EXPECT_EQ(with_nonce("n"), "");
  EXPECT_EQ(with_nonce(std::string(128, 'n')), "");
  EXPECT_EQ(with_nonce(std::string(129, 'n')), "nonce");
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(with_nonce({'a', static_cast<char>(byte), 'b'}), byte > ' ' && byte < 0x7F ? "" : "nonce") << byte;
  }
}

// Every rule for a line of text, whatever it is for.
void expect_line_rules(const std::function<std::string(std::string)>& fault, const std::string& field) {
  EXPECT_EQ(fault("a"), "");
  EXPECT_EQ(fault("Анна Мария"), "");
  EXPECT_EQ(fault(std::string(64, 'a')), "");
  EXPECT_EQ(fault(std::string(65, 'a')), field);
  EXPECT_EQ(fault(repeat(kWave, 64)), "");
  EXPECT_EQ(fault(repeat(kWave, 65)), field);
  EXPECT_EQ(fault(""), field);
  EXPECT_EQ(fault("   "), field);
  EXPECT_EQ(fault("a\xFF"), field);
  for (char c = 0; c < 0x20; ++c) EXPECT_EQ(fault({'a', c, 'b'}), field) << static_cast<int>(c);
  EXPECT_EQ(fault("a\x7F"), field);
  EXPECT_EQ(fault("a\u009B31m"), field);  // a terminal takes it for ESC [
  EXPECT_EQ(fault("a\u00A0\u0442\u0442b"), "");
}

// Those, and what makes names that nobody can tell from each other.
void expect_name_rules(const std::function<std::string(std::string)>& fault, const std::string& field) {
  expect_line_rules(fault, field);
  for (const std::string blank : {" ", "\u00A0", "\u1680", "\u2003", "\u202F", "\u205F", "\u2800", "\u3000"}) {
    EXPECT_EQ(fault(blank), field) << blank;
    EXPECT_EQ(fault("a" + blank), field) << blank;
    EXPECT_EQ(fault(blank + "a"), field) << blank;
    EXPECT_EQ(fault("a" + blank + "b"), "") << blank;
  }
  for (const std::string hidden :
       {"\u00AD", "\u034F",     "\u115F",     "\u180E",     "\u200B",     "\u200C", "\u200D",
        "\u2060", "\u2064",     "\u3164",     "\uFE0E",     "\uFE0F",     "\uFEFF", "\uFFA0",
        "\uFFF9", "\U0001D173", "\U000E0001", "\U000E0061", "\U000E0100",                      // invisible
        "\u061C", "\u200E",     "\u200F",     "\u202A",     "\u202E",     "\u2066", "\u2069",  // direction
        "\u2028", "\u2029"}) {                                                                 // ends of lines
    EXPECT_EQ(fault(hidden), field) << hidden;
    EXPECT_EQ(fault("a" + hidden), field) << hidden;
    EXPECT_EQ(fault(hidden + "a"), field) << hidden;
    EXPECT_EQ(fault("a" + hidden + "b"), field) << hidden;
    EXPECT_EQ(fault("я" + hidden + "я"), field) << hidden;
  }
  for (const auto* shaped :
       {"👩‍💻 Аня", "❤️‍🔥", "👍🏽", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
        "1️⃣ team", "🇫🇷", "علی\u200Cرضا", "ශ්\u200Dරී", "葛\U000E0100"}) {
    EXPECT_EQ(fault(shaped), "") << shaped;
  }
  for (const auto* shapeless : {"👩\u200D", "👩\u200Da", "👩\u200D\u200D💻", "👍\U000E0067", "رضا\u200C", "1\uFE0F2"}) {
    EXPECT_EQ(fault(shapeless), field) << shapeless;
  }
}

TEST(NameRules, HoldForAuthors) {
  expect_name_rules([](std::string name) { return check({.username = std::move(name), .content = "x"}); }, "username");
}

TEST(NameRules, HoldForUsers) {
  expect_name_rules([](std::string name) { return field_at_fault(check_new_user({.username = std::move(name)})); },
                    "username");
}

TEST(NameRules, HoldForRooms) {
  expect_name_rules([](const std::string& name) { return field_at_fault(check_room_name(name)); }, "name");
}

TEST(NameRules, HoldForGuests) {
  expect_name_rules([](const std::string& name) { return field_at_fault(check_display_name(name)); }, "display_name");
}

TEST(NameRules, HoldForCursors) {
  expect_line_rules([](const std::string& name) { return field_at_fault(check_cursor_name(name)); }, "cursor");
}

TEST(Emojis, AreOne) {
  EXPECT_EQ(field_at_fault(check_emoji("👍")), "");
  EXPECT_EQ(field_at_fault(check_emoji("👍👍")), "emoji");
  EXPECT_EQ(field_at_fault(check_emoji("ok")), "emoji");
}

TEST(RoomNames, StandInAddresses) {
  for (const char c : {'/', '?', '#', ':'}) {
    EXPECT_EQ(field_at_fault(check_room_name(std::string{'a', c, 'b'})), "name") << c;
    EXPECT_EQ(field_at_fault(check_room_name(std::string{c})), "name") << c;
  }
  EXPECT_EQ(field_at_fault(check_room_name(".")), "name");
  EXPECT_EQ(field_at_fault(check_room_name("..")), "name");
  EXPECT_EQ(field_at_fault(check_room_name("...")), "");
  EXPECT_EQ(field_at_fault(check_room_name("v1.2 & more %20 <b>")), "");
}

TEST(RoomNames, AreNoUuids) {
  EXPECT_EQ(field_at_fault(check_room_name(kUuid)), "name");
  EXPECT_EQ(field_at_fault(check_room_name(kUuid.substr(1))), "");
}

TEST(Emails, AreOptionalButPlausible) {
  const auto fault = [](std::string email) {
    return field_at_fault(check_new_user({.username = "ann", .email = std::move(email)}));
  };
  EXPECT_EQ(field_at_fault(check_new_user({.username = "ann"})), "");
  for (const auto* good : {"a@b", "user@example.com", "first.last+tag@sub.example.org", "почта@пример.рф"}) {
    EXPECT_EQ(fault(good), "") << good;
  }
  for (const auto* bad :
       {"", "@", "a@", "@b", "ab", "a@b@c", "a b@c", "a@b c", " a@b", "a@b\n", "a\xFF@b", "a\x7F@b"}) {
    EXPECT_EQ(fault(bad), "email") << bad;
  }
  EXPECT_EQ(fault(std::string(252, 'a') + "@b"), "");
  EXPECT_EQ(fault(std::string(253, 'a') + "@b"), "email");
  EXPECT_EQ(fault(repeat("я", 126) + "@b"), "");        // 254 bytes
  EXPECT_EQ(fault(repeat("я", 126) + "@bc"), "email");  // 255
}

TEST(Pages, HaveALimit) {
  EXPECT_EQ(check_page_limit(std::nullopt, {}), 50);
  EXPECT_EQ(check_page_limit(std::nullopt, {.max_page = 20}), 20);
  EXPECT_EQ(check_page_limit(1, {}), 1);
  EXPECT_EQ(check_page_limit(500, {}), 500);
  for (const std::int32_t bad :
       {0, -1, 501, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()}) {
    EXPECT_EQ(field_at_fault(check_page_limit(bad, {})), "limit") << bad;
  }
  EXPECT_EQ(field_at_fault(check_page_limit(21, {.max_page = 20})), "limit");
}

TEST(Pages, HaveAnOffset) {
  EXPECT_EQ(check_page_offset(std::nullopt), 0);
  EXPECT_EQ(check_page_offset(0), 0);
  EXPECT_EQ(check_page_offset(std::numeric_limits<std::int64_t>::max()), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(field_at_fault(check_page_offset(-1)), "offset");
}

}  // namespace
}  // namespace vestnik::chat
