#include "api/http/origin_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/http/host.hpp"

namespace vestnik::api::http {
namespace {

using testing::HasSubstr;

TEST(HostOfARequest, HasANameAndPerhapsAPort) {
  for (const auto& [text, name, port] : {std::tuple{"localhost", "localhost", ""},
                                         {"localhost:5000", "localhost", "5000"},
                                         {"127.0.0.1:", "127.0.0.1", ""},
                                         {"[::1]", "::1", ""},
                                         {"[::1]:5000", "::1", "5000"},
                                         {"a_b.example:65535", "a_b.example", "65535"}}) {
    const auto host = parse_host(text);
    ASSERT_TRUE(host.has_value()) << text;
    EXPECT_EQ(host->name, name) << text;
    EXPECT_EQ(host->port, port) << text;
  }
}

TEST(HostOfARequest, IsNothingElse) {
  for (const char* text : {"",         ":80",  "a b", "a/b",    "a@b", "a?b", "a#b",  "a:b",      "a:80x", "a:80:80",
                           "a:123456", "[::1", "[]",  "[::1]x", "::1", "a\"", "a<b>", "\xD0\xB0", "a\tb",  "a\\b"}) {
    EXPECT_FALSE(parse_host(text).has_value()) << text;
  }
}

bool answers(const OriginGuard& guard, std::string_view host) {
  return !guard.check_host({.host = host}, "id");
}

TEST(GuardOnLoopback, KnowsTheNamesOfThisMachineOnly) {
  const OriginGuard guard({.address = "127.0.0.1"});
  for (const char* name : {"", "localhost", "localhost:5000", "LocalHost", "localhost.", "chat.localhost:1",
                           "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"}) {
    EXPECT_TRUE(answers(guard, name)) << name;
  }
  for (const char* name : {"evil.example", "evil.example:5000", "localhost.evil.example", "evillocalhost", "team",
                           "192.168.0.7", "0.0.0.0:5000", "127.0.0.1.evil.example", "[2001:db8::1]", "a b"}) {
    EXPECT_FALSE(answers(guard, name)) << name;
  }
}

TEST(GuardOnLoopback, KnowsTheAllowedHosts) {
  const OriginGuard guard({.require_sessions = true, .allowed_hosts = {"chat.example.com", "other.example:8443"}});
  for (const char* name : {"chat.example.com", "Chat.Example.com:443", "other.example:8443", "localhost"}) {
    EXPECT_TRUE(answers(guard, name)) << name;
  }
  for (const char* name : {"evil.example", "a.chat.example.com", "other.example", "other.example:1"}) {
    EXPECT_FALSE(answers(guard, name)) << name;
  }
}

TEST(GuardOnAPublicAddress, KnowsWhatNoPublicNameServerCanLeadHere) {
  const OriginGuard guard({.address = "0.0.0.0"});
  for (const char* name : {"localhost", "192.168.0.7:5000", "[2001:db8::1]", "vestnik:5000", "printer.local",
                           "chat.internal", "chat.home.arpa", "chat.lan:5000"}) {
    EXPECT_TRUE(answers(guard, name)) << name;
  }
  EXPECT_FALSE(answers(guard, "evil.example"));
  EXPECT_FALSE(answers(guard, "local.evil.example"));
}

TEST(GuardOnAPublicAddress, KnowsAnyNameWithSessionsUntilNamesAreGiven) {
  EXPECT_TRUE(answers(OriginGuard({.address = "::", .require_sessions = true}), "chat.example.com"));
  const OriginGuard named({.address = "::", .require_sessions = true, .allowed_hosts = {"chat.example.com"}});
  EXPECT_TRUE(answers(named, "chat.example.com"));
  EXPECT_FALSE(answers(named, "evil.example"));
}

TEST(Guard, TellsWhichFlagLetsANameIn) {
  const auto refusal = OriginGuard({}).check_host({.host = "chat.example:80"}, "id");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->status, 421);
  EXPECT_THAT(refusal->body, HasSubstr("--allowed-hosts chat.example."));
  EXPECT_THAT(refusal->body, HasSubstr(R"("violations":[{"field":"Host",)"));
}

TEST(Guard, TakesPagesOfTheServerItself) {
  const OriginGuard guard({.allowed_hosts = {"chat.example.com"}, .allowed_origins = {"https://wiki.example.com"}});
  const auto takes = [&guard](std::string_view origin, std::string_view host) {
    Request request{.host = host};
    if (!origin.empty()) request.fields.emplace_back("Origin", origin);
    return !guard.check_origin(request);
  };
  EXPECT_TRUE(takes("", "localhost:5000"));
  EXPECT_TRUE(takes("http://localhost:5000", "localhost:5000"));
  EXPECT_TRUE(takes("https://localhost:5000", "localhost:5000"));
  EXPECT_TRUE(takes("https://chat.example.com", "127.0.0.1:5000"));  // behind a proxy that changes Host
  EXPECT_TRUE(takes("https://wiki.example.com", "localhost:5000"));
  EXPECT_FALSE(takes("http://localhost:3000", "localhost:5000"));
  EXPECT_FALSE(takes("https://chat.example.com:8443", "127.0.0.1:5000"));
  EXPECT_FALSE(takes("null", "localhost:5000"));
  EXPECT_FALSE(takes("file://", "localhost:5000"));
  EXPECT_FALSE(takes("http://evil.example", "localhost:5000"));
}

}  // namespace
}  // namespace vestnik::api::http
