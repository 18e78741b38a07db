#include <gtest/gtest.h>

#include "base/visible.hpp"
#include "cli/http_client.hpp"
#include "cli/message_line.hpp"
#include "unit/cli/east_of_greenwich.hpp"

namespace vestnik::cli {
namespace {

TEST(Visible, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(visible("Привет, мир! 👋 \\n"), "Привет, мир! 👋 \\n");
}

TEST(Visible, ShowsWhatCouldPlayWithTheTerminal) {
  EXPECT_EQ(visible("a\x1b[31mb"), "a␛[31mb");
  EXPECT_EQ(visible("a\nb\tc\r\x7f"), "a␊b␉c␍␡");
  EXPECT_EQ(visible(std::string_view("\0", 1)), "␀");
  EXPECT_EQ(visible("\u009b31m"), "<U+009B>31m");
  EXPECT_EQ(visible("\u202Egnp.exe"), "<U+202E>gnp.exe");
  EXPECT_EQ(visible("a\u2028b\u2066c\u200F"), "a<U+2028>b<U+2066>c<U+200F>");
}

TEST(Visible, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(visible("a\xff"), "a\uFFFD");
  EXPECT_EQ(visible("\xe2\x82"), "\uFFFD\uFFFD");                      // cut
  EXPECT_EQ(visible("\xc0\x9b"), "\uFFFD\uFFFD");                      // an overlong escape character
  EXPECT_EQ(visible("\xed\xa0\x80").find('\xed'), std::string::npos);  // a surrogate
  EXPECT_EQ(visible("\xf4\x90\x80\x80").find('\xf4'), std::string::npos);
}

TEST(Shorten, CutsBetweenCharacters) {
  EXPECT_EQ(shorten("мир", 3), "мир");
  EXPECT_EQ(shorten("миру", 3), "мир...");
  EXPECT_EQ(shorten("", 0), "");
}

class MessageLine : public EastOfGreenwich {};

constexpr std::string_view kMessage =
    R"({"id":1,"room":"stream","pos":"k3:41","username":"Ann","content":"Hi\tthere","client_seq":7,"created_at":"2024-01-01T22:00:00.123456Z"})";

TEST_F(MessageLine, ColumnsAreForPrograms) {
  EXPECT_EQ(format_line(*parse_message(kMessage), LineStyle::kColumns),
            "2024-01-01T22:00:00.123456Z\t7\tAnn\tHi␉there");
  EXPECT_EQ(format_receipt(*parse_message(kMessage), LineStyle::kColumns), "2024-01-01T22:00:00.123456Z\tk3:41\t7");
}

TEST_F(MessageLine, AlignedLinesAreInLocalTime) {
  EXPECT_EQ(format_line(*parse_message(kMessage), LineStyle::kAligned),
            "2024-01-02 01:00:00.123       7  Ann           Hi␉there");
  EXPECT_EQ(format_receipt(*parse_message(kMessage), LineStyle::kAligned), "2024-01-02 01:00:00.123  k3:41  7");
}

TEST_F(MessageLine, AttachmentsAreNamedForEyes) {
  constexpr std::string_view kWithFiles =
      R"({"pos":"k3:1","content":"see","created_at":"2024-01-01T22:00:00Z","attachments":[{"name":"a\u202e.png"},{"name":"b"}]})";
  const auto message = parse_message(kWithFiles);
  EXPECT_EQ(format_line(*message, LineStyle::kAligned),
            "2024-01-02 01:00:00.000       -  -             see [a<U+202E>.png] [b]");
  EXPECT_EQ(format_line(*message, LineStyle::kColumns), "2024-01-01T22:00:00Z\t-\t-\tsee");
  Received alone = *message;
  alone.content = "";
  alone.files = {"b"};
  alone.edited = true;
  EXPECT_EQ(format_line(alone, LineStyle::kAligned), "2024-01-02 01:00:00.000       -  -             [b] (edited)");
}

TEST_F(MessageLine, WhatIsAbsentIsADash) {
  const auto message = parse_message(R"({"pos":"k3:1","content":"x","created_at":"2024-01-01T00:00:00Z"})");
  ASSERT_TRUE(message);
  EXPECT_EQ(format_line(*message, LineStyle::kColumns), "2024-01-01T00:00:00Z\t-\t-\tx");
}

TEST_F(MessageLine, WhatBecameOfAMessageIsShownToEyes) {
  const auto edited = parse_message(
      R"({"pos":"k3:1","content":"x","created_at":"2024-01-01T00:00:00Z","edited_at":"2024-01-01T00:01:00Z"})");
  ASSERT_TRUE(edited);
  EXPECT_TRUE(format_line(*edited, LineStyle::kAligned).ends_with("  x (edited)"));
  EXPECT_EQ(format_line(*edited, LineStyle::kColumns), "2024-01-01T00:00:00Z\t-\t-\tx");
  const auto deleted =
      parse_message(R"({"pos":"k3:1","content":"","created_at":"2024-01-01T00:00:00Z","deleted":true})");
  ASSERT_TRUE(deleted);
  EXPECT_TRUE(format_line(*deleted, LineStyle::kAligned).ends_with("  (deleted)"));
  EXPECT_EQ(format_line(*deleted, LineStyle::kColumns), "2024-01-01T00:00:00Z\t-\t-\t");
}

TEST_F(MessageLine, WhatIsNoMessageIsAnError) {
  for (const char* wrong : {"", "null", "[]", "{}", R"({"pos":1,"content":"x","created_at":"t"})", "{\"pos\":"}) {
    EXPECT_FALSE(parse_message(wrong)) << wrong;
  }
}

TEST(Answer, IsDescribedByTheProblemsDetail) {
  HttpAnswer answer{.status = 400, .failure = {}, .body = R"({"detail":"content: is empty"})", .retry_after = {}};
  EXPECT_EQ(describe(answer), "content: is empty (status 400)");
  answer.body = "<html>";
  EXPECT_EQ(describe(answer), "the server answered with status 400");
  answer.failure = "Empty reply from server";
  EXPECT_EQ(describe(answer), "Empty reply from server");
}

TEST(Answer, TeachesHowToOpenASession) {
  const HttpAnswer answer{
      .status = 401, .failure = {}, .body = R"({"detail":"a session is needed"})", .retry_after = {}};
  EXPECT_EQ(describe(answer),
            "a session is needed (status 401); here: export VESTNIK_SESSION=$(vestnik session open NAME)");
}

TEST(Answer, NamesTheFieldAtFault) {
  HttpAnswer answer{
      .status = 400, .failure = {}, .body = R"({"violations":[{"field":"limit","reason":"x"}]})", .retry_after = {}};
  EXPECT_TRUE(complains_about(answer, "limit"));
  EXPECT_FALSE(complains_about(answer, "offset"));
  answer.status = 200;
  EXPECT_FALSE(complains_about(answer, "limit"));
  answer = {.status = 400, .failure = {}, .body = "<html>", .retry_after = {}};
  EXPECT_FALSE(complains_about(answer, "limit"));
}

TEST(Answer, IsWorthARetryWhenTheTroubleMayPass) {
  EXPECT_FALSE((HttpAnswer{.status = 400, .failure = {}, .body = {}, .retry_after = {}}).worth_a_retry());
  EXPECT_FALSE((HttpAnswer{.status = 500, .failure = {}, .body = {}, .retry_after = {}}).worth_a_retry());
  EXPECT_TRUE((HttpAnswer{.status = 503, .failure = {}, .body = {}, .retry_after = {}}).worth_a_retry());
  EXPECT_TRUE((HttpAnswer{.status = 429, .failure = {}, .body = {}, .retry_after = {}}).worth_a_retry());
  EXPECT_TRUE((HttpAnswer{.status = 0, .failure = "reset", .body = {}, .retry_after = {}}).worth_a_retry());
}

TEST(Url, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(escape_for_url("a-b_c.~9"), "a-b_c.~9");
  EXPECT_EQ(escape_for_url("k3:41 и/?&"), "k3%3A41%20%D0%B8%2F%3F%26");
}

}  // namespace
}  // namespace vestnik::cli
