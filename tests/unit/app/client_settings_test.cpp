#include <gmock/gmock.h>

#include "unit/app/settings_fixture.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ClientSettings : public Settings {};

TEST_F(ClientSettings, WithoutACommandThereIsHelp) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {"--help"}, {"-h"}}) {
    const auto line = parse(arguments);
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code, 0);
    EXPECT_TRUE(line.error().to_stdout);
    EXPECT_THAT(line.error().message, HasSubstr("Usage: vestnik COMMAND"));
  }
}

TEST_F(ClientSettings, VersionIsACommandAndAFlag) {
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(*parse({"version"})));
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(*parse({"--version"})));
}

TEST_F(ClientSettings, WriteTakesAuthorPaceAndServer) {
  environment_["VESTNIK_URL"] = "https://chat.example.com/";
  const auto options = client<cli::WriteOptions>({"write", "--room", "team", "--user-id", "7", "--username", "Ann",
                                                  "--generate", "--rate", "2.5", "--count", "10", "--connections", "4",
                                                  "--first-seq", "100", "--retry-for", "1m"});
  EXPECT_EQ(options.server.url, "https://chat.example.com");
  EXPECT_EQ(options.server.room, "team");
  EXPECT_EQ(options.user_id, 7);
  EXPECT_EQ(options.username, "Ann");
  EXPECT_TRUE(options.generate);
  EXPECT_EQ(options.rate, 2.5);
  EXPECT_EQ(options.count, 10u);
  EXPECT_EQ(options.connections, 4u);
  EXPECT_EQ(options.first_seq, 100);
  EXPECT_EQ(options.retry_for, 60s);
}

TEST_F(ClientSettings, TheServersVariablesAreNotTheClients) {
  environment_ = {{"PORT", "nonsense"}, {"DB_HOST", "postgres"}};
  EXPECT_EQ(client<cli::WatchOptions>({"watch"}).server.url, "http://localhost:5000");
}

TEST_F(ClientSettings, WatchBeginsAtAPosition) {
  const auto options = client<cli::WatchOptions>({"watch", "--after", "k3:41", "--json", "--count", "5"});
  EXPECT_EQ(options.after, "k3:41");
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.count, 5u);
  EXPECT_EQ(options.server.room, "stream");
  for (const char* wrong : {"41", "k3", "k3:", ":41", "K3:41", "k3:-1", "k3:4x", "01234567890123456:1"}) {
    EXPECT_THAT(refusal({"watch", "--after", wrong}), HasSubstr("is not a position")) << wrong;
  }
}

TEST_F(ClientSettings, HistoryBeginsTenMinutesAgoUnlessARangeIsGiven) {
  EXPECT_EQ(client<cli::HistoryOptions>({"history"}).from, "-10m");
  EXPECT_EQ(client<cli::HistoryOptions>({"history", "--last", "7d"}).from, "-7d");
  const auto range = client<cli::HistoryOptions>({"history", "--from", "2024-01-01T12:00:00Z", "--to", "-1m"});
  EXPECT_EQ(range.from, "2024-01-01T12:00:00Z");
  EXPECT_EQ(range.to, "-1m");
  const auto open_start = client<cli::HistoryOptions>({"history", "--to", "-1h"});
  EXPECT_EQ(open_start.from, "");
  EXPECT_EQ(open_start.to, "-1h");
}

TEST_F(ClientSettings, HistoryRefusesWhatIsNoTime) {
  EXPECT_THAT(refusal({"history", "--last", "-10m"}), HasSubstr("is not a duration"));
  for (const char* wrong : {"yesterday", "10m", "2024-13-01T00:00:00Z", "-", "-10"}) {
    EXPECT_THAT(refusal({"history", "--from", wrong}), HasSubstr("is not a time")) << wrong;
  }
  EXPECT_THAT(refusal({"history", "--last", "10m", "--from", "-1h"}), HasSubstr("--last stands beside"));
}

TEST_F(ClientSettings, AServerIsNamedWithItsScheme) {
  for (const char* wrong : {"localhost:5000", "ftp://a", "http://", "http:///x", "http://a?b", "http://a b"}) {
    EXPECT_THAT(refusal({"write", "--url", wrong}), HasSubstr("is not the address of a server")) << wrong;
  }
}

}  // namespace
}  // namespace vestnik::app
