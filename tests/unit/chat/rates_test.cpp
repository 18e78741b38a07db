// Who is slowed down, and for what.
#include "chat/rates.hpp"

#include <gtest/gtest.h>

namespace vestnik::chat {
namespace {

const Actor kAnn{.user_id = 2, .username = "ann", .authenticated = true};
const Actor kBen{.user_id = 3, .username = "ben", .authenticated = true};
const Rates::Options kSlow{.user_rate = 0.1, .user_burst = 2, .address_rate = 0.1, .address_burst = 3};

template <typename Try>
int accepted(Try attempt) {
  int count = 0;
  for (int i = 0; i < 10; ++i) count += attempt() ? 1 : 0;
  return count;
}

class RatesTest : public testing::Test {
 protected:
  Metrics metrics_;
  Rates rates_{Access::kSessions, kSlow, metrics_};
};

TEST_F(RatesTest, CountChangesOfEachUser) {
  EXPECT_EQ(accepted([&] { return rates_.count_change(kAnn).has_value(); }), 2);
  EXPECT_EQ(accepted([&] { return rates_.count_change(kBen).has_value(); }), 2);
  const auto refused = rates_.count_change(kAnn);
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(refused.error().limit, "user-rate");
  EXPECT_TRUE(refused.error().detail.contains("--user-rate"));
  EXPECT_GT(refused.error().retry_after.count(), 0);
}

TEST_F(RatesTest, CountWhatIsMadeFromEachAddress) {
  EXPECT_EQ(accepted([&] { return rates_.count_made("here").has_value(); }), 3);
  EXPECT_EQ(accepted([&] { return rates_.count_made("there").has_value(); }), 3);
  EXPECT_EQ(rates_.count_made("here").error().limit, "address-rate");
  EXPECT_EQ(accepted([&] { return rates_.count_made("").has_value(); }), 10);
}

TEST_F(RatesTest, DoNotCountWhereTheServerIsOpen) {
  Rates open(Access::kOpen, kSlow, metrics_);
  EXPECT_EQ(accepted([&] { return open.count_change(kAnn).has_value(); }), 10);
  EXPECT_EQ(accepted([&] { return open.count_made("here").has_value(); }), 10);
}

}  // namespace
}  // namespace vestnik::chat
