#include "cli/room_text.hpp"

#include <gmock/gmock.h>

#include "cli/table.hpp"
#include "unit/cli/east_of_greenwich.hpp"

namespace vestnik::cli {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RoomText : public EastOfGreenwich {};

const std::string kTeam =
    R"({"id":"5bd0","name":"team","created_at":"2024-01-01T22:00:00.5Z","client_seq_required":false,"message_count":1234,)"
    R"("pos":"k3:41","last_message_at":"2024-01-01T22:30:00Z","owner_id":3,"owner":"Анна","message_limit":2000,)"
    R"("read_only":true,"ttl":"3541s","expires_at":"2024-01-01T23:30:00Z","active_users":2})";
const std::string kLobby =
    R"({"id":"77aa","name":"lobby","created_at":"2024-01-01T00:00:00Z","client_seq_required":false,"message_count":0,)"
    R"("pos":"k1:0","read_only":false,"active_users":0})";

TEST_F(RoomText, RoomsAreATableForEyes) {
  EXPECT_THAT(
      room_table(std::vector{kLobby, kTeam}, LineStyle::kAligned),
      ElementsAre("NAME   OWNER  OPENED               MESSAGES  ACTIVE  LAST MESSAGE         CLOSES     READ-ONLY",
                  "lobby  -      2024-01-01 03:00:00         0       0  -                    -          no",
                  "team   Анна   2024-01-02 01:00:00      1234       2  2024-01-02 01:30:00  in 59m 1s  yes"));
}

TEST_F(RoomText, RoomsAreFieldsBetweenTabsForPrograms) {
  EXPECT_THAT(
      room_table(std::vector{kLobby, kTeam}, LineStyle::kColumns),
      ElementsAre("lobby\t-\t2024-01-01T00:00:00Z\t0\t0\t-\t-\tno",
                  "team\tАнна\t2024-01-01T22:00:00.5Z\t1234\t2\t2024-01-01T22:30:00Z\t2024-01-01T23:30:00Z\tyes"));
}

TEST_F(RoomText, ARoomIsALineForEachField) {
  EXPECT_THAT(room_facts(kTeam, LineStyle::kAligned),
              ElementsAre("name                 team",                  //
                          "id                   5bd0",                  //
                          "owner                Анна",                  //
                          "created_at           2024-01-02 01:00:00",   //
                          "message_count        1234",                  //
                          "last_message_at      2024-01-02 01:30:00",   //
                          "active_users         2",                     //
                          "pos                  k3:41",                 //
                          "message_limit        2000",                  //
                          "max_length           as the server allows",  //
                          "client_seq_required  no",                    //
                          "read_only            yes",                   //
                          "expires_at           2024-01-02 02:30:00 (in 59m 1s)"));
  EXPECT_THAT(room_facts(kTeam, LineStyle::kColumns),
              testing::IsSupersetOf({"name\tteam", "max_length\t-", "expires_at\t2024-01-01T23:30:00Z"}));
}

TEST_F(RoomText, MembersAreATable) {
  const std::vector<std::string> members = {R"({"user_id":3,"username":"Ann","joined_at":"2024-01-01T00:00:00Z"})",
                                            R"({"user_id":10,"username":"Bob","joined_at":"2024-01-01T00:00:01Z"})"};
  EXPECT_THAT(member_table(members, LineStyle::kAligned),
              ElementsAre("USER  NAME  SINCE", "   3  Ann   2024-01-01 03:00:00", "  10  Bob   2024-01-01 03:00:01"));
  EXPECT_THAT(member_table(members, LineStyle::kColumns),
              ElementsAre("3\tAnn\t2024-01-01T00:00:00Z", "10\tBob\t2024-01-01T00:00:01Z"));
}

constexpr std::string_view kSession =
    R"({"session_id":"0b0e5b1c-1f2a-4c3d-8e4f-5a6b7c8d9e0f","user":{"id":17,"username":"Ann","guest":true},)"
    R"("created_at":"2024-01-01T00:00:00Z","expires_at":"2024-01-01T01:00:00Z"})";

TEST_F(RoomText, ASessionIsToldWithoutItsSecret) {
  EXPECT_THAT(session_facts(kSession, LineStyle::kColumns),
              ElementsAre("user_id\t17", "username\tAnn", "guest\tyes", "created_at\t2024-01-01T00:00:00Z",
                          "expires_at\t2024-01-01T01:00:00Z"));
  EXPECT_THAT(session_facts(R"({"user":{"id":3}})", LineStyle::kAligned),
              Contains("expires_at  not while an own room is open"));
  const auto advice = session_advice(kSession);
  EXPECT_THAT(advice, Contains(HasSubstr("acts as Ann (user 17)")));
  EXPECT_THAT(advice, Contains(HasSubstr("ends at 2024-01-01 04:00:00")));
  EXPECT_THAT(advice, Each(Not(HasSubstr("0b0e5b1c"))));
  EXPECT_THAT(session_advice(R"({"user":{"id":3,"username":"Bob"}})"),
              Contains(HasSubstr("does not end while Bob owns an open room")));
}

TEST_F(RoomText, NothingPlaysWithTheTerminal) {
  const std::string evil =
      R"({"name":"a\tb\u001b[2J","owner":"\u202Egnp","created_at":"\u001b","read_only":1,"message_count":"x"})";
  for (const LineStyle style : {LineStyle::kAligned, LineStyle::kColumns}) {
    EXPECT_THAT(room_facts(evil, style), Each(Not(HasSubstr("\x1b"))));
    EXPECT_THAT(room_table(std::vector{evil}, style), Contains(HasSubstr("a␉b␛[2J")));
    EXPECT_THAT(room_table(std::vector{evil}, style), Contains(HasSubstr("<U+202E>gnp")));
  }
  EXPECT_THAT(room_table(std::vector<std::string>{"nonsense"}, LineStyle::kColumns),
              ElementsAre("-\t-\t-\t-\t-\t-\t-\t-"));
}

TEST_F(RoomText, ADurationIsToldInItsTwoLargestUnits) {
  EXPECT_EQ(spoken_duration("0s"), "0s");
  EXPECT_EQ(spoken_duration("59s"), "59s");
  EXPECT_EQ(spoken_duration("60s"), "1m");
  EXPECT_EQ(spoken_duration("3600s"), "1h");
  EXPECT_EQ(spoken_duration("3661s"), "1h 1m");
  EXPECT_EQ(spoken_duration("86460s"), "1d");
  EXPECT_EQ(spoken_duration("604799s"), "6d 23h");
  EXPECT_EQ(spoken_duration("soon\n"), "soon␊");
}

TEST(Table, WithoutRowsIsAHeadingForEyesAlone) {
  const Table table({{.title = "A"}, {.title = "B"}});
  EXPECT_THAT(table.lines(LineStyle::kAligned), ElementsAre("A  B"));
  EXPECT_THAT(table.lines(LineStyle::kColumns), ElementsAre());
}

}  // namespace
}  // namespace vestnik::cli
