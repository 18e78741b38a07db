// The rules of a room as its owner asks for them.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "chat/rules.hpp"

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;

template <typename T>
std::string fault_of(const Result<T>& result) {
  if (result) return "";
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  return result.error().violations.size() == 1 ? result.error().violations[0].field : "not one field";
}

std::string fault_of_new(const RulesRequest& request, const Limits& limits = {}) {
  return fault_of(new_rules(request, limits, kNow));
}
std::string fault_of_change(const RulesRequest& request, const Limits& limits = {}) {
  return fault_of(check_rules(request, limits, kNow));
}

const RoomRules kAll{
    .max_length = 10, .message_limit = 100, .expires_at = kNow + 1h, .client_seq_required = true, .read_only = true};

// What becomes of all rules by the request.
RoomRules changed(const RulesRequest& request, Time now = kNow) {
  return patched(kAll, *check_rules(request, {}, now));
}

TEST(NewRules, AreNoneWhenNothingIsAsked) {
  EXPECT_EQ(*new_rules({}, {}, kNow), RoomRules());
}

TEST(NewRules, AreWhatIsAsked) {
  const RulesRequest request{.max_length = 10, .message_limit = 100, .read_only = true, .ttl = "1h"};
  RoomRules rules = kAll;
  rules.client_seq_required = false;  // of the stream alone
  EXPECT_EQ(*new_rules(request, {}, kNow), rules);
  EXPECT_EQ(*new_rules({.read_only = false}, {}, kNow), RoomRules());
}

TEST(NewRules, HaveNoZeros) {
  EXPECT_EQ(fault_of_new({.max_length = 0}), "max_length");
  EXPECT_EQ(fault_of_new({.message_limit = 0}), "message_limit");
  EXPECT_EQ(fault_of_new({.ttl = "0s"}), "ttl");
}

TEST(ChangedRules, LeaveWhatIsNotSaid) {
  EXPECT_EQ(changed({}), kAll);
  RoomRules rules = kAll;
  rules.read_only = false;
  EXPECT_EQ(changed({.read_only = false}), rules);
  rules = kAll;
  rules.max_length = 11;
  EXPECT_EQ(changed({.max_length = 11}), rules);
}

TEST(ChangedRules, TakeARuleAwayWithZero) {
  const RoomRules left{.client_seq_required = true, .read_only = true};
  EXPECT_EQ(changed({.max_length = 0, .message_limit = 0, .ttl = "0s"}), left);
}

TEST(ChangedRules, CountTheTimeToLiveFromNow) {
  EXPECT_EQ(changed({.ttl = "90s"}).expires_at, kNow + 90s);
  EXPECT_EQ(changed({.ttl = "7d"}, kNow + 5s).expires_at, kNow + 5s + 7 * 24h);
}

TEST(Rules, StayWithinTheServersLimits) {
  const Limits limits{.max_message_length = 10, .max_room_messages = 100};
  for (const auto& fault : {fault_of_new, fault_of_change}) {
    EXPECT_EQ(fault({.max_length = 1}, limits), "");
    EXPECT_EQ(fault({.max_length = 10}, limits), "");
    for (const std::int32_t bad : {11, -1, std::numeric_limits<std::int32_t>::min()}) {
      EXPECT_EQ(fault({.max_length = bad}, limits), "max_length") << bad;
    }
    EXPECT_EQ(fault({.message_limit = 1}, limits), "");
    EXPECT_EQ(fault({.message_limit = 100}, limits), "");
    for (const std::int64_t bad : {std::int64_t{101}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
      EXPECT_EQ(fault({.message_limit = bad}, limits), "message_limit") << bad;
    }
  }
}

TEST(Rules, WantADurationForATimeToLive) {
  for (const auto& fault : {fault_of_new, fault_of_change}) {
    EXPECT_EQ(fault({.ttl = "250ms"}, {}), "");
    for (const auto* bad : {"", "1", "h", "-1h", "1 h", "1.5h", "1h30m", "3000000000d", "\xFF"}) {
      EXPECT_EQ(fault({.ttl = bad}, {}), "ttl") << bad;
    }
  }
}

}  // namespace
}  // namespace vestnik::chat
