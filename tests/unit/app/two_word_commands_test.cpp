#include <gmock/gmock.h>

#include "unit/app/settings_fixture.hpp"

namespace vestnik::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "0b0e5b1c-1f2a-4c3d-8e4f-5a6b7c8d9e0f";

class TwoWordCommands : public Settings {
 protected:
  std::string help(const std::vector<std::string>& arguments) {
    const auto line = parse(arguments);
    if (line) return "accepted";
    EXPECT_EQ(line.error().code, 0);
    EXPECT_TRUE(line.error().to_stdout);
    return line.error().message;
  }
};

TEST_F(TwoWordCommands, ARoomIsCreatedWithItsRules) {
  const auto plain = client<cli::CreateRoom>({"room", "create", "team"});
  EXPECT_EQ(plain.server.room, "team");
  EXPECT_FALSE(plain.rules.read_only || plain.rules.ttl || plain.rules.message_limit || plain.rules.max_length);

  const auto options =
      client<cli::CreateRoom>({"room", "create", "--ttl", "1h", "--read-only", "our room", "--message-limit", "100",
                               "--max-length", "280", "--user-id", "7", "--json"});
  EXPECT_EQ(options.server.room, "our room");
  EXPECT_EQ(options.rules.ttl, "1h");
  EXPECT_EQ(options.rules.read_only, true);
  EXPECT_EQ(options.rules.message_limit, 100);
  EXPECT_EQ(options.rules.max_length, 280);
  EXPECT_EQ(options.user_id, 7);
  EXPECT_TRUE(options.json);
}

TEST_F(TwoWordCommands, RulesAreTakenBackWithZeroAndFalse) {
  const auto options = client<cli::SetRoom>(
      {"room", "set", "team", "--read-only=false", "--ttl", "0s", "--message-limit", "0", "--max-length", "0"});
  EXPECT_EQ(options.rules.read_only, false);
  EXPECT_EQ(options.rules.ttl, "0s");
  EXPECT_EQ(options.rules.message_limit, 0);
  EXPECT_EQ(options.rules.max_length, 0);
  EXPECT_THAT(refusal({"room", "set", "team"}), HasSubstr("nothing to change: give --message-limit"));
  EXPECT_THAT(refusal({"room", "create", "team", "--message-limit", "0"}), HasSubstr("is too small"));
  EXPECT_THAT(refusal({"room", "create", "team", "--ttl", "60"}), HasSubstr("\"60\" is not a duration"));
}

TEST_F(TwoWordCommands, EachRoomCommandIsItsOwn) {
  EXPECT_EQ(client<cli::ListRooms>({"room", "list", "--url", "http://a"}).server.url, "http://a");
  EXPECT_EQ(client<cli::ShowRoom>({"room", "show", "lobby"}).server.room, "lobby");
  EXPECT_EQ(client<cli::CloseRoom>({"room", "close", "a", "--user-id", "1"}).user_id, 1);
  EXPECT_EQ(client<cli::JoinRoom>({"room", "join", "b"}).server.room, "b");
  EXPECT_EQ(client<cli::LeaveRoom>({"room", "leave", "c"}).server.room, "c");
  EXPECT_EQ(client<cli::ListMembers>({"room", "members", "d"}).server.room, "d");
}

TEST_F(TwoWordCommands, ARoomMayBeCalledLikeACommand) {
  for (const char* name : {"list", "create", "room", "serve", "version", "--help-me"}) {
    EXPECT_EQ(client<cli::CreateRoom>({"room", "create", "--", name}).server.room, name);
  }
  EXPECT_EQ(client<cli::ShowRoom>({"room", "show", "list"}).server.room, "list");
  EXPECT_EQ(client<cli::ShowRoom>({"room", "show", "serve"}).server.room, "serve");
}

TEST_F(TwoWordCommands, AMissingOrSecondOperandIsExplained) {
  EXPECT_EQ(refusal({"room", "close"}), "vestnik room close needs ROOM: the name or UUID of the room.");
  EXPECT_EQ(refusal({"room", "create", "--ttl", "1h"}),
            "vestnik room create needs NAME: the name of the new room, without / ? # :.");
  EXPECT_THAT(refusal({"room", "create", "our", "room"}),
              AllOf(HasSubstr("\"room\" is one too many"), HasSubstr("quotes")));
  EXPECT_THAT(refusal({"room", "create", ""}), HasSubstr("NAME \"\" is empty"));
  EXPECT_THAT(refusal({"room", "show", "a\x1b[31m"}), AllOf(HasSubstr("control character"), Not(HasSubstr("\x1b"))));
  // A room that is closed is named where it is closed, and nowhere else.
  environment_["VESTNIK_ROOM"] = "lobby";
  EXPECT_THAT(refusal({"room", "close"}), HasSubstr("needs ROOM"));
}

TEST_F(TwoWordCommands, WhatIsNotKnownIsCorrected) {
  EXPECT_EQ(refusal({"room", "crate", "x"}), "crate is not a command of vestnik room; did you mean create?");
  EXPECT_EQ(refusal({"rooms"}), "rooms is not a command of vestnik; did you mean room?");
  EXPECT_EQ(refusal({"sesion", "open"}), "sesion is not a command of vestnik; did you mean session?");
  EXPECT_EQ(refusal({"room", "create", "x", "--tll", "1h"}),
            "--tll is not an option of vestnik room create; did you mean --ttl?");
  EXPECT_EQ(refusal({"room", "--json", "list"}), "--json stands before the command: write vestnik room list --json.");
  EXPECT_EQ(refusal({"session", "--json"}),
            "--json stands before the command: write vestnik session COMMAND --json, such as vestnik session open.");
  EXPECT_EQ(refusal({"create"}), "create is not a command of vestnik; did you mean room create?");
}

TEST_F(TwoWordCommands, HelpTeachesOnEachLevel) {
  EXPECT_THAT(help({"--help"}),
              AllOf(HasSubstr("\n  room "), HasSubstr("\n  session "), Not(HasSubstr("\n  room create"))));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"room"}, {"room", "--help"}, {"room", "-h"}}) {
    EXPECT_THAT(help(arguments),
                AllOf(HasSubstr("Usage: vestnik room COMMAND"), HasSubstr("\n  create "), HasSubstr("\n  members "),
                      HasSubstr("Examples:"), Not(HasSubstr("session close"))));
  }
  EXPECT_THAT(help({"room", "create", "--help"}),
              AllOf(HasSubstr("Usage: vestnik room create NAME [options]"), HasSubstr("Examples:"),
                    HasSubstr("--message-limit N"), HasSubstr("VESTNIK_TTL"), HasSubstr("`[room.create]`")));
  EXPECT_THAT(help({"session", "open", "--help"}), HasSubstr("Usage: vestnik session open [NAME] [options]"));
  EXPECT_THAT(help({"session"}), HasSubstr("export VESTNIK_SESSION=$(vestnik session open Anna)"));
}

TEST_F(TwoWordCommands, ASettingsFileHasTheirSections) {
  const std::string config = file(
      "url = \"http://a\"\n[room.create]\nttl = \"2h\"\nread_only = true\n[room.set]\nttl = \"1s\"\n[watch]\ncount = "
      "1\n");
  const auto options = client<cli::CreateRoom>({"room", "create", "x", "--config", config});
  EXPECT_EQ(options.server.url, "http://a");
  EXPECT_EQ(options.rules.ttl, "2h");
  EXPECT_EQ(options.rules.read_only, true);
  EXPECT_THAT(refusal({"room", "create", "x", "--config", file("[room.crate]\nttl = \"2h\"\n")}),
              HasSubstr("[room.crate]"));
  EXPECT_THAT(refusal({"room", "create", "x", "--config", file("[room]\nttl = \"2h\"\n")}),
              HasSubstr("is not the name of a command"));
}

TEST_F(TwoWordCommands, ASessionIsForAGuestOrForAUser) {
  EXPECT_EQ(client<cli::OpenSession>({"session", "open", "Anna"}).display_name, "Anna");
  const auto user = client<cli::OpenSession>({"session", "open", "--user-id", "1"});
  EXPECT_EQ(user.user_id, 1);
  EXPECT_FALSE(user.display_name);
  EXPECT_THAT(refusal({"session", "open"}), HasSubstr("needs either the NAME"));
  EXPECT_THAT(refusal({"session", "open", "Anna", "--user-id", "1"}), HasSubstr("needs either the NAME"));
}

TEST_F(TwoWordCommands, EveryClientTakesTheSession) {
  environment_["VESTNIK_SESSION"] = kSecret;
  EXPECT_EQ(client<cli::WriteOptions>({"write"}).server.session, kSecret);
  EXPECT_EQ(client<cli::WatchOptions>({"watch"}).server.session, kSecret);
  EXPECT_EQ(client<cli::HistoryOptions>({"history"}).server.session, kSecret);
  EXPECT_EQ(client<cli::ListRooms>({"room", "list"}).server.session, kSecret);
  EXPECT_EQ(client<cli::CreateRoom>({"room", "create", "x"}).server.session, kSecret);
  EXPECT_EQ(client<cli::ShowRoom>({"room", "show", "x"}).server.session, kSecret);
  EXPECT_EQ(client<cli::SetRoom>({"room", "set", "x", "--ttl", "1h"}).server.session, kSecret);
  EXPECT_EQ(client<cli::CloseRoom>({"room", "close", "x"}).server.session, kSecret);
  EXPECT_EQ(client<cli::JoinRoom>({"room", "join", "x"}).server.session, kSecret);
  EXPECT_EQ(client<cli::LeaveRoom>({"room", "leave", "x"}).server.session, kSecret);
  EXPECT_EQ(client<cli::ListMembers>({"room", "members", "x"}).server.session, kSecret);
  EXPECT_EQ(client<cli::ShowSession>({"session", "show"}).server.session, kSecret);
  EXPECT_EQ(client<cli::CloseSession>({"session", "close"}).server.session, kSecret);
  // A new one is not opened with the old one, which may have ended.
  EXPECT_EQ(client<cli::OpenSession>({"session", "open", "Anna"}).server.session, "");

  environment_.clear();
  EXPECT_EQ(client<cli::WatchOptions>({"watch", "--session", kSecret}).server.session, kSecret);
  EXPECT_EQ(client<cli::WatchOptions>({"watch"}).server.session, "");
  EXPECT_THAT(refusal({"session", "show"}), HasSubstr("vestnik session open NAME"));
  EXPECT_THAT(refusal({"session", "close"}), HasSubstr("vestnik session open NAME"));
}

TEST_F(TwoWordCommands, ASecretIsNeverRepeated) {
  const std::string secret = kSecret;
  const std::string wrong = secret + "x";
  for (const auto& sentence :
       {refusal({"watch", "--session", wrong}), refusal({"watch", "--session=" + wrong}),
        refusal({"watch", "--session", secret, "--session", wrong}), refusal({"watch", "--sesion=" + secret}),
        refusal({"watch", "--sesion", secret}), refusal({"session", "show", secret}), refusal({"session", secret}),
        refusal({"room", "close", "x", secret}), refusal({secret}),
        refusal({"watch", "--config", file("session = \"" + wrong + "\"\n")})}) {
    EXPECT_THAT(sentence, AllOf(Not(HasSubstr(secret)), Not("accepted")));
  }
  environment_["VESTNIK_SESSION"] = wrong;
  EXPECT_EQ(refusal({"watch"}),
            "VESTNIK_SESSION in the environment is not the secret of a session: give what vestnik session open or "
            "vestnik key create printed.");
  EXPECT_THAT(refusal({"watch", "--session", "a\r\nX-Evil: 1"}), HasSubstr("--session is not the secret of a session"));
  EXPECT_THAT(help({"watch", "--help"}), Not(HasSubstr(wrong)));
  serve({});
  EXPECT_THAT(warnings_, testing::IsEmpty());
}

}  // namespace
}  // namespace vestnik::app
