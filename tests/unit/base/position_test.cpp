#include "base/position.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vestnik {
namespace {

constexpr std::int64_t kLargest = 999'999'999'999'999'999;  // that is read: 18 digits

TEST(Position, IsWrittenAsItsEpochAndItsNumber) {
  EXPECT_EQ(to_string({.epoch = "k3", .n = 41}), "k3:41");
  EXPECT_EQ(to_string({.epoch = "k3", .n = 0}), "k3:0");
  EXPECT_EQ(to_string({.epoch = "0", .n = kLargest}), "0:999999999999999999");
  std::string out = "id: ";
  append_position(out, "k3", 41);
  EXPECT_EQ(out, "id: k3:41");
}

TEST(Position, IsReadBackAsItWasWritten) {
  EXPECT_TRUE(rc::check("a position that is written is read back", [] {
    const auto length = *rc::gen::inRange<std::size_t>(1, 17);
    const Position position{.epoch = *rc::gen::container<std::string>(
                                length, rc::gen::elementOf(std::string("0123456789abcdefghijklmnopqrstuvwxyz"))),
                            .n = *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 100),
                                                 rc::gen::inRange<std::int64_t>(0, kLargest), rc::gen::just(kLargest))};
    const auto read = parse_position(to_string(position), "after");
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == position);
  }));
}

TEST(Position, MayHaveAnEpochOfSixteenCharacters) {
  EXPECT_EQ(parse_position("abcdefghijklmnop:1", "after"), (Position{"abcdefghijklmnop", 1}));
}

TEST(Position, RefusesEveryOtherText) {
  for (const auto* text : {"",
                           ":",
                           "k3",
                           "k3:",
                           ":41",
                           "41",
                           "k3:-1",
                           "k3:-0",
                           "k3:+1",
                           "k3: 1",
                           " k3:1",
                           "k3:1 ",
                           "k3:1:2",
                           "k3:0x10",
                           "k3:1e3",
                           "k3:1.5",
                           "K3:41",
                           "k_3:41",
                           "k3;41",
                           "эпоха:1",
                           "k3:١",
                           "k3:9223372036854775808",
                           "k3:18446744073709551616",
                           "abcdefghijklmnopq:1"}) {
    const auto position = parse_position(text, "before");
    ASSERT_FALSE(position.has_value()) << text;
    EXPECT_EQ(position.error().code, ErrorCode::kInvalidArgument);
    ASSERT_EQ(position.error().violations.size(), 1u);
    EXPECT_EQ(position.error().violations[0].field, "before");
  }
  EXPECT_FALSE(parse_position({"k3:41\0", 6}, "after"));
}

TEST(Position, IsEqualOnlyInTheSameEpoch) {
  EXPECT_EQ((Position{"a", 1}), (Position{"a", 1}));
  EXPECT_NE((Position{"a", 1}), (Position{"b", 1}));
  EXPECT_NE((Position{"a", 1}), (Position{"a", 2}));
}

}  // namespace
}  // namespace vestnik
