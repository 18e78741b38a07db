// What the commands that ask once send, and what they say.
#include <gmock/gmock.h>

#include <deque>

#include "cli/api_client.hpp"
#include "cli/rooms.hpp"
#include "cli/session.hpp"
#include "unit/cli/loopback_server.hpp"

namespace vestnik::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSecret = "0b0e5b1c-1f2a-4c3d-8e4f-5a6b7c8d9e0f";

class Calls : public testing::Test {
 protected:
  // Runs the command against a server with these answers, in this order.
  template <typename Options>
  int run_against(std::deque<std::string> answers, Options options) {
    LoopbackServer server([&answers](const std::string&) {
      std::string answer = answers.front();
      if (answers.size() > 1) answers.pop_front();
      return answer;
    });
    options.server.url = server.url();
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run(options);
    std::fflush(stdout);
    output_ = testing::internal::GetCapturedStdout();
    errors_ = testing::internal::GetCapturedStderr();
    heads_ = server.heads();
    bodies_ = server.bodies();
    return code;
  }

  Server team() const { return {.room = "our team", .session = kSecret}; }

  std::string output_;
  std::string errors_;
  std::vector<std::string> heads_;
  std::vector<std::string> bodies_;
};

TEST_F(Calls, OpeningASessionPrintsTheSecretAlone) {
  const std::string answer =
      std::string(R"({"session_id":")") + kSecret +
      R"(","user":{"id":17,"username":"A\"nn","guest":true},"expires_at":"2024-01-01T01:00:00Z"})";
  EXPECT_EQ(run_against({http_answer(201, answer)}, OpenSession{.server = {}, .display_name = "A\"nn"}), 0);
  EXPECT_EQ(output_, std::string(kSecret) + "\n");
  EXPECT_THAT(errors_, AllOf(HasSubstr("A\"nn"), HasSubstr("export VESTNIK_SESSION="), HasSubstr("ends at"),
                             Not(HasSubstr(kSecret))));
  EXPECT_THAT(heads_, ElementsAre(AllOf(StartsWith("POST /api/v1/sessions "), Not(HasSubstr("Authorization")))));
  EXPECT_THAT(bodies_, ElementsAre(R"({"display_name":"A\"nn"})"));

  EXPECT_EQ(run_against({http_answer(201, "{}")}, OpenSession{.server = {}, .user_id = 1}), 1);
  EXPECT_THAT(bodies_, ElementsAre(R"({"user_id":1})"));
  EXPECT_EQ(output_, "");
}

TEST_F(Calls, TheSessionGoesIntoTheHeaderAndNowhereElse) {
  EXPECT_EQ(run_against({http_answer(200, R"({"user":{"id":1,"username":"a"}})")}, ShowSession{.server = team()}), 0);
  EXPECT_THAT(heads_, ElementsAre(AllOf(StartsWith("GET /api/v1/sessions/me "),
                                        HasSubstr(std::string("\r\nAuthorization: Bearer ") + kSecret + "\r\n"))));
  EXPECT_THAT(output_ + errors_, Not(HasSubstr(kSecret)));
  EXPECT_EQ(run_against({http_answer(401, R"({"detail":"it has ended"})")}, CloseSession{.server = team()}), 1);
  EXPECT_THAT(heads_, ElementsAre(StartsWith("DELETE /api/v1/sessions/me ")));
  EXPECT_THAT(errors_, AllOf(HasSubstr("cannot close the session: it has ended (status 401)"),
                             HasSubstr("vestnik session open NAME"), Not(HasSubstr(kSecret))));
}

TEST_F(Calls, RoomsAreOpenedAndChanged) {
  const RoomRules rules{.message_limit = 100, .max_length = 0, .read_only = false, .ttl = "1h"};
  EXPECT_EQ(run_against({http_answer(201, R"({"name":"our team"})")},
                        CreateRoom{.server = team(), .rules = rules, .user_id = 7}),
            0);
  EXPECT_THAT(heads_, ElementsAre(StartsWith("POST /api/v1/rooms ")));
  EXPECT_THAT(
      bodies_,
      ElementsAre(
          R"({"name":"our team","message_limit":100,"max_length":0,"read_only":false,"ttl":"1h","user_id":7})"));
  EXPECT_THAT(output_, StartsWith("name\tour team\n"));

  EXPECT_EQ(run_against({http_answer(200, R"({"name":"our team"})")},
                        SetRoom{.server = team(), .rules = {.read_only = true}, .json = true}),
            0);
  EXPECT_THAT(heads_, ElementsAre(StartsWith("PATCH /api/v1/rooms/our%20team ")));
  EXPECT_THAT(bodies_, ElementsAre(R"({"read_only":true})"));
  EXPECT_EQ(output_, "{\"name\":\"our team\"}\n");
}

TEST_F(Calls, WhatNeedsNoBodySaysWhoAsksInTheQuery) {
  EXPECT_EQ(run_against({http_answer(200, "{}")}, CloseRoom{.server = team(), .user_id = 7}), 0);
  EXPECT_THAT(heads_, ElementsAre(StartsWith("DELETE /api/v1/rooms/our%20team?user_id=7 ")));
  EXPECT_EQ(run_against({http_answer(200, "{}")}, JoinRoom{.server = team()}), 0);
  EXPECT_THAT(heads_, ElementsAre(StartsWith("PUT /api/v1/rooms/our%20team/members/me ")));
  EXPECT_EQ(run_against({http_answer(200, "{}")}, LeaveRoom{.server = team(), .user_id = 7}), 0);
  EXPECT_THAT(heads_, ElementsAre(StartsWith("DELETE /api/v1/rooms/our%20team/members/me?user_id=7 ")));
  EXPECT_EQ(output_ + errors_, "");
}

TEST_F(Calls, AListIsReadToItsEnd) {
  EXPECT_EQ(run_against({http_answer(200, R"([{"name":"a"},{"name":"b"}])"), http_answer(200, R"([{"name":"c"}])"),
                         http_answer(200, "[]")},
                        ListRooms{.server = team(), .json = true}),
            0);
  EXPECT_EQ(output_, "{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"name\":\"c\"}\n");
  EXPECT_THAT(heads_, ElementsAre(StartsWith("GET /api/v1/rooms?offset=0&limit=500 "),
                                  StartsWith("GET /api/v1/rooms?offset=2&limit=500 "),
                                  StartsWith("GET /api/v1/rooms?offset=3&limit=500 ")));
}

TEST_F(Calls, AServerWithShorterPagesIsReadAsWell) {
  EXPECT_EQ(run_against({http_answer(400, R"({"violations":[{"field":"limit","reason":"too large"}]})"),
                         http_answer(200, R"([{"user_id":1,"username":"a","joined_at":"x"}])"), http_answer(200, "[]")},
                        ListMembers{.server = team()}),
            0);
  EXPECT_EQ(output_, "1\ta\tx\n");
  EXPECT_THAT(heads_, ElementsAre(StartsWith("GET /api/v1/rooms/our%20team/members?offset=0&limit=500 "),
                                  StartsWith("GET /api/v1/rooms/our%20team/members?offset=0 "),
                                  StartsWith("GET /api/v1/rooms/our%20team/members?offset=1 ")));
}

TEST_F(Calls, ARefusalIsASentenceAndNothingElse) {
  EXPECT_EQ(run_against({http_answer(403, R"({"detail":"only the \u001b[31mowner"})")}, CloseRoom{.server = team()}),
            1);
  EXPECT_EQ(errors_, "vestnik: cannot close the room our team: only the ␛[31mowner (status 403)\n");
  EXPECT_EQ(output_, "");
  EXPECT_EQ(run_against({http_answer(200, "<html>")}, ShowRoom{.server = team()}), 1);
  EXPECT_THAT(errors_, HasSubstr("is not a Vestnik server"));
  EXPECT_EQ(run_against({http_answer(200, "{}")}, ListRooms{.server = team()}), 1);
  EXPECT_THAT(errors_, HasSubstr("is not a Vestnik server"));
  EXPECT_EQ(run_against({""}, JoinRoom{.server = team()}), 1);
  EXPECT_THAT(errors_, HasSubstr("cannot join the room our team: "));
}

}  // namespace
}  // namespace vestnik::cli
