#include "cli/narrator.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace vestnik::cli {
namespace {

Received message(std::int64_t id, std::int64_t user_id, std::string username, std::string content) {
  return {.id = id,
          .pos = "k3:1",
          .created_at = "2024-01-01T00:00:00Z",
          .client_seq = {},
          .user_id = user_id,
          .username = std::move(username),
          .content = std::move(content)};
}

class AtATerminal : public testing::Test {
 protected:
  AtATerminal() {
    narrator_.note(message(17, 3, "Ann", "Hello"));
    narrator_.note(message(18, 4, "Bob", "Hi"));
  }

  // What stands behind the empty place of the time.
  std::string tell(std::string_view kind, std::string_view json) {
    const auto line = narrator_.tell(kind, json);
    if (!line) return "nothing";
    EXPECT_EQ(line->substr(0, 33), fmt::format("{:>31}  ", "*")) << *line;
    return line->substr(33);
  }

  Narrator narrator_{LineStyle::kAligned};
};

TEST_F(AtATerminal, AnEventSaysWhatWasMeant) {
  EXPECT_EQ(tell("reaction", R"({"pos":"k3:5","message_id":17,"emoji":"👍","user_id":4,"added":true,"count":2})"),
            "Bob           gave 👍 to \"Hello\" of Ann (2 now)");
  EXPECT_EQ(tell("reaction", R"({"pos":"k3:5","message_id":18,"emoji":"👍","user_id":4,"added":false,"count":0})"),
            "Bob           took 👍 back from \"Hi\" (0 now)");
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":17,"user_id":3})"), "Ann           deleted \"Hello\"");
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":17,"user_id":3})"), "Ann           deleted message 17");
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":99,"user_id":9})"), "user 9        deleted message 99");
}

TEST_F(AtATerminal, AnEditedTextIsTheOneThatIsMeantFromThenOn) {
  EXPECT_EQ(
      tell("edited", R"({"pos":"k3:5","user_id":3,"message":{"id":17,"pos":"k3:1","user_id":3,"username":"Ann",)"
                     R"("content":"Hello!","created_at":"2024-01-01T00:00:00Z","edited_at":"2024-01-01T00:01:00Z"}})"),
      "Ann           edited \"Hello\": Hello!");
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":17,"user_id":4})"),
            "Bob           deleted \"Hello!\" of Ann");
}

TEST_F(AtATerminal, WhoComesAndGoesIsNamed) {
  EXPECT_EQ(tell("member", R"({"pos":"k3:5","user_id":7,"username":"Eve","joined":true})"),
            "Eve           joined the room");
  EXPECT_EQ(tell("member", R"({"pos":"k3:6","user_id":7,"username":"Eve","joined":false})"),
            "Eve           left the room");
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":18,"user_id":7})"), "Eve           deleted \"Hi\" of Bob");
}

TEST_F(AtATerminal, RulesAreToldAsTheyAreNow) {
  EXPECT_EQ(tell("rules", R"({"pos":"k3:5","user_id":3,"read_only":false})"),
            "Ann           changed the rules: everybody writes");
  EXPECT_EQ(tell("rules", R"({"pos":"k3:5","user_id":3,"read_only":true,"message_limit":100,"max_length":9})"),
            "Ann           changed the rules: only the owner writes, the newest 100 messages are kept, at most 9 "
            "characters");
}

TEST_F(AtATerminal, TheEndOfARoomHasItsReason) {
  const char* const requested = R"({"pos":"k3:5","user_id":3,"reason":"requested"})";
  EXPECT_EQ(tell("closed", requested), "Ann           closed the room");
  EXPECT_EQ(narrator_.tell_end(requested), "was closed by Ann");
  const char* const expired = R"({"pos":"k3:5","reason":"expired"})";
  EXPECT_EQ(tell("closed", expired), "-             the time of the room is over");
  EXPECT_EQ(narrator_.tell_end(expired), "was closed, since its time was over");
  EXPECT_EQ(narrator_.tell_end("{}"), "was closed");
}

TEST_F(AtATerminal, NothingPlaysWithTheTerminal) {
  narrator_.note(message(20, 5, "E\x1b[31m", "a\nb\x1b[2J"));
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":20,"user_id":3})"),
            "Ann           deleted \"a␊b␛[2J\" of E␛[31m");
  EXPECT_EQ(tell("member", R"({"pos":"k3:6","username":"\u001b[31m","joined":true})"), "␛[31m         joined the room");
}

TEST_F(AtATerminal, LongTextsAreShortened) {
  narrator_.note(message(21, 3, "Ann", std::string(100, 'x')));
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":21,"user_id":3})"),
            "Ann           deleted \"" + std::string(40, 'x') + "...\"");
}

TEST_F(AtATerminal, OnlyTheNewestMessagesAreRemembered) {
  for (std::int64_t id = 100; id < 1'100; ++id) narrator_.note(message(id, 3, "Ann", "later"));
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":17,"user_id":3})"), "Ann           deleted message 17");
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":100,"user_id":3})"), "Ann           deleted \"later\"");
}

TEST_F(AtATerminal, WhatIsNotKnownIsNothing) {
  EXPECT_EQ(tell("typing", R"({"pos":"k3:6","user_id":3})"), "nothing");
  for (const char* wrong : {"", "null", "[]", "{}", R"({"pos":1})"})
    EXPECT_EQ(tell("deleted", wrong), "nothing") << wrong;
  EXPECT_EQ(tell("edited", R"({"pos":"k3:6","message":{"id":17}})"), "nothing");
}

TEST(InAPipe, AnEventHasColumnsOfItsOwn) {
  Narrator narrator(LineStyle::kColumns);
  narrator.note(message(17, 3, "Ann", "Hello"));
  const auto tell = [&narrator](std::string_view kind, std::string_view json) {
    return narrator.tell(kind, json).value_or("nothing");
  };
  EXPECT_EQ(tell("edited", R"({"pos":"k3:5","user_id":3,"message":{"id":17,"pos":"k3:1","content":"a\tb",)"
                           R"("created_at":"2024-01-01T00:00:00Z"}})"),
            "edited\tk3:5\tAnn\t17\ta␉b");
  EXPECT_EQ(tell("deleted", R"({"pos":"k3:6","message_id":17})"), "deleted\tk3:6\t-\t17\t-");
  EXPECT_EQ(tell("reaction", R"({"pos":"k3:7","message_id":17,"emoji":"👍","user_id":9,"added":true,"count":2})"),
            "reaction\tk3:7\tuser 9\t17\tadded 👍 2");
  EXPECT_EQ(tell("member", R"({"pos":"k3:8","username":"Eve","joined":false})"), "member\tk3:8\tEve\t-\tleft");
  EXPECT_EQ(tell("rules", R"({"pos":"k3:9","user_id":3,"read_only":false,"expires_at":"2024-01-02T00:00:00Z"})"),
            "rules\tk3:9\tAnn\t-\teverybody writes, closes at 2024-01-02T00:00:00Z");
  EXPECT_EQ(tell("closed", R"({"pos":"k3:10","reason":"expired"})"), "closed\tk3:10\t-\t-\texpired");
}

}  // namespace
}  // namespace vestnik::cli
