#include <gmock/gmock.h>

#include "unit/app/settings_fixture.hpp"

namespace vestnik::app {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ServeSettings : public Settings {};

TEST_F(ServeSettings, HasTheDocumentedDefaults) {
  const ServerConfig config = serve({});
  EXPECT_EQ(config.listening.address, "127.0.0.1");
  EXPECT_EQ(config.listening.port, 5000);
  EXPECT_EQ(config.listening.grpc_port, 5001);
  EXPECT_EQ(config.listening.metrics_port, 2112);
  EXPECT_EQ(config.storage.url, "sqlite:data/vestnik.db");
  EXPECT_EQ(config.storage.timeout, 5s);
  EXPECT_EQ(config.logging.level, log::Level::kInfo);
  EXPECT_EQ(config.limits.max_body_bytes, 1u << 20);
  EXPECT_EQ(config.timeouts.ping, 25s);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ServeSettings, FlagBeatsEnvironmentBeatsCustomaryNameBeatsFileBeatsDefault) {
  const std::string config = file("port = 1\n");
  EXPECT_EQ(serve({"--config", config}).listening.port, 1);
  environment_["PORT"] = "2";
  EXPECT_EQ(serve({"--config", config}).listening.port, 2);
  environment_["VESTNIK_PORT"] = "3";
  EXPECT_EQ(serve({"--config", config}).listening.port, 3);
  EXPECT_EQ(serve({"--config", config, "--port", "4"}).listening.port, 4);
}

TEST_F(ServeSettings, AnEmptyVariableIsNotSet) {
  environment_["VESTNIK_PORT"] = "";
  environment_["PORT"] = "";
  EXPECT_EQ(serve({}).listening.port, 5000);
}

TEST_F(ServeSettings, TheFileMayBeNamedByTheEnvironment) {
  environment_["VESTNIK_CONFIG"] = file("max_body_bytes = \"4MiB\"\n[serve]\nping-interval = \"5s\"\n");
  const ServerConfig config = serve({});
  EXPECT_EQ(config.limits.max_body_bytes, 4u << 20);
  EXPECT_EQ(config.timeouts.ping, 5s);
}

TEST_F(ServeSettings, SectionsOfOtherCommandsAreLeftAlone) {
  const std::string config = file("# one file for all\n[write]\nrate = 5\n[serve]\nport = 7\n[watch]\njson = true\n");
  EXPECT_EQ(serve({"--config", config}).listening.port, 7);
}

TEST_F(ServeSettings, ListsComeFromRepeatsCommasAndArrays) {
  EXPECT_THAT(serve({"--allowed-origins", "https://A.example,http://b:1", "--allowed-origins", "http://c"})
                  .listening.allowed_origins,
              ElementsAre("https://a.example", "http://b:1", "http://c"));
  EXPECT_THAT(serve({"--config", file("allowed-origins = [\"https://a\", \"https://b\"]\n")}).listening.allowed_origins,
              ElementsAre("https://a", "https://b"));
}

TEST_F(ServeSettings, CustomaryNamesOfTheEnvironmentWork) {
  environment_ = {{"PORT", "8080"}, {"LOG_LEVEL", "Warning"}, {"MAX_CONNECTIONS", "1000"}};
  const ServerConfig config = serve({});
  EXPECT_EQ(config.listening.port, 8080);
  EXPECT_EQ(config.logging.level, log::Level::kWarn);
  EXPECT_EQ(config.limits.max_connections, 1000u);
}

TEST_F(ServeSettings, LevelsOfOtherProgramsAreUnderstood) {
  const auto level = [this](const char* name) { return serve({"--log-level", name}).logging.level; };
  EXPECT_EQ(level("trace"), log::Level::kDebug);
  EXPECT_EQ(level("WARN"), log::Level::kWarn);
  EXPECT_EQ(level("fatal"), log::Level::kError);
  EXPECT_EQ(level("critical"), log::Level::kError);
}

TEST_F(ServeSettings, ADatabaseThatIsNotThereIsNeverReplacedInSilence) {
  environment_ = {{"DB_HOST", "postgres"}, {"DB_PORT", "5432"}, {"DB_PASSWORD", "hunter2"}};
  EXPECT_THAT(refusal({"serve"}), AllOf(HasSubstr("DB_HOST"), HasSubstr("PostgreSQL"), HasSubstr("--store")));
  EXPECT_THAT(refusal({"serve"}), testing::Not(HasSubstr("hunter2")));

  EXPECT_EQ(serve({"--store", "memory:"}).storage.url, "memory:");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("DB_HOST")));
  environment_["VESTNIK_STORE"] = "sqlite:x.db";
  EXPECT_EQ(serve({}).storage.url, "sqlite:x.db");
}

TEST_F(ServeSettings, WarnsOfWhatHasNoEffect) {
  environment_ = {{"REDIS_HOST", "redis"}, {"VESTNIK_PROT", "1"}, {"VESTNIK_ROOM", "lobby"}};
  serve({});
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("REDIS_HOST"), HasSubstr("VESTNIK_PROT")));
}

TEST_F(ServeSettings, AWrongValueIsNamedAsItWasGiven) {
  EXPECT_EQ(refusal({"serve", "--port", "70000"}),
            "--port \"70000\" is too large: give a whole number from 0 to 65535.");
  EXPECT_EQ(refusal({"serve", "--port=-1"}), "--port \"-1\" is too small: give a whole number from 0 to 65535.");
  EXPECT_EQ(refusal({"serve", "--open=maybe"}), "--open=\"maybe\" is neither true nor false: give true or false.");

  environment_["PORT"] = "x";
  EXPECT_EQ(refusal({"serve"}),
            "PORT=\"x\" in the environment is not a whole number: give a whole number from 0 to 65535.");
  environment_["VESTNIK_PORT"] = "y";
  EXPECT_THAT(refusal({"serve"}), HasSubstr("VESTNIK_PORT=\"y\" in the environment"));
  environment_.clear();

  const std::string config = file("max-page = 0\n");
  EXPECT_EQ(refusal({"serve", "--config", config}),
            "max-page=\"0\" in " + config + " is too small: give a whole number from 1 to 10000.");
}

TEST_F(ServeSettings, RefusesEachKindOfWrongValue) {
  EXPECT_THAT(refusal({"serve", "--max-body-bytes", "1MB"}), HasSubstr("is not a size: give a size from 1KiB to 1GiB"));
  EXPECT_THAT(refusal({"serve", "--header-timeout", "10"}), HasSubstr("has no unit: give a duration from 10ms to 1h"));
  EXPECT_THAT(refusal({"serve", "--log-level", "loud"}), HasSubstr("one of debug, info, warn, error, off"));
  EXPECT_THAT(refusal({"serve", "--listen", "example.com"}), HasSubstr("is not an IP address"));
  EXPECT_THAT(refusal({"serve", "--store", "postgres://db"}), HasSubstr("this version does not have"));
  EXPECT_THAT(refusal({"serve", "--store", "sqlite:"}), HasSubstr("names no file"));
  EXPECT_THAT(refusal({"serve", "--store", "/var/x"}), HasSubstr("is not a storage"));
  for (const char* origin : {"example.com", "https://a/", "https://", "ftp://a", "https://*", "https://u@a", ""}) {
    EXPECT_THAT(refusal({"serve", "--allowed-origins", origin}), HasSubstr("is not an origin")) << origin;
  }
  EXPECT_THAT(refusal({"serve", "--port", "1\x1b[31m"}), testing::Not(HasSubstr("\x1b")));
}

TEST_F(ServeSettings, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal({"serve", "--prot", "1"}), "--prot is not an option of vestnik serve; did you mean --port?");
  EXPECT_EQ(refusal({"serve", "--colour=red"}),
            "--colour is not an option of vestnik serve; vestnik serve --help lists them.");
  EXPECT_EQ(refusal({"sevre"}), "sevre is not a command of vestnik; did you mean serve?");
  EXPECT_THAT(refusal({"--port", "1"}), HasSubstr("stands before the command"));
  EXPECT_THAT(refusal({"serve", "data"}), HasSubstr("\"data\" has no option before it"));
  EXPECT_EQ(refusal({"serve", "--port"}), "--port has no value: give a whole number from 0 to 65535.");
  EXPECT_EQ(refusal({"serve", "--port", "1", "--port", "2"}), "--port is given 2 times: give it once.");
}

TEST_F(ServeSettings, RefusesAFileThatIsWrong) {
  EXPECT_THAT(refusal({"serve", "--config", "/nonexistent.toml"}), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal({"serve", "--config", "/"}), HasSubstr("is a folder"));
  environment_["VESTNIK_CONFIG"] = "/nonexistent.toml";
  EXPECT_THAT(refusal({"serve"}), HasSubstr("VESTNIK_CONFIG \"/nonexistent.toml\" cannot be read"));
  environment_.clear();
  EXPECT_THAT(refusal({"serve", "--config", file("prot = 1\n")}), HasSubstr("did you mean port?"));
  EXPECT_THAT(refusal({"serve", "--config", file("port = 1\nopen = true\nport = 2\n")}), HasSubstr("given 2 times"));
  EXPECT_THAT(refusal({"serve", "--config", file("[sevre]\nport = 1\n")}), HasSubstr("did you mean serve?"));
  EXPECT_THAT(refusal({"serve", "--config", file("[serve.more]\nport = 1\n")}), HasSubstr("[serve.more] in"));
}

TEST_F(ServeSettings, APublicAddressNeedsOpen) {
  for (const char* address : {"0.0.0.0", "::", "192.168.1.5"}) {
    EXPECT_THAT(refusal({"serve", "--listen", address}), HasSubstr("--open")) << address;
    EXPECT_EQ(serve({"--listen", address, "--open"}).listening.address, address);
  }
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_EQ(serve({"--listen", address}).listening.address, address);
  EXPECT_EQ(serve({"--listen", "localhost"}).listening.address, "127.0.0.1");
}

TEST_F(ServeSettings, SettingsMustFitTogether) {
  EXPECT_EQ(refusal({"serve", "--grpc-port", "5000"}),
            "--port and --grpc-port are both 5000: give each its own port, or 0 for any free one.");
  EXPECT_EQ(serve({"--port", "0", "--grpc-port", "0", "--metrics-port", "0"}).listening.metrics_port, 0);
  EXPECT_EQ(refusal({"serve", "--window-bytes", "2GiB"}),
            "--window-bytes 2GiB is more than --window-total-bytes 1GiB: one room must fit into the total.");
}

TEST_F(ServeSettings, HelpListsEveryOptionWithDefaultAndVariable) {
  const auto line = parse({"serve", "--help"});
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, 0);
  EXPECT_TRUE(line.error().to_stdout);
  EXPECT_THAT(line.error().message,
              AllOf(HasSubstr("--port N"), HasSubstr("[default 5000; VESTNIK_PORT or PORT]"),
                    HasSubstr("--max-body-bytes SIZE"), HasSubstr("[default 1MiB; VESTNIK_MAX_BODY_BYTES]"),
                    HasSubstr("Examples:"), HasSubstr("--config FILE")));
}

}  // namespace
}  // namespace vestnik::app
