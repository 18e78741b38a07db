#include "api/transcoder/integral.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vestnik::api {
namespace {

std::string read(std::string_view text) {
  const auto number = parse_integral(text);
  return number ? (number->negative ? "-" : "") + std::to_string(number->magnitude) : "none";
}

TEST(Integral, IsWholeInAnyForm) {
  EXPECT_EQ(read("1"), "1");
  EXPECT_EQ(read("1.0"), "1");
  EXPECT_EQ(read("-1.000"), "-1");
  EXPECT_EQ(read("1e2"), "100");
  EXPECT_EQ(read("1E+2"), "100");
  EXPECT_EQ(read("1200e-2"), "12");
  EXPECT_EQ(read("1.25e2"), "125");
  EXPECT_EQ(read("0.001e3"), "1");
  EXPECT_EQ(read("0"), "0");
  EXPECT_EQ(read("-0.0"), "0");
  EXPECT_EQ(read("0e999999999999999999999"), "0");
}

TEST(Integral, HasNoFraction) {
  EXPECT_EQ(read("1.5"), "none");
  EXPECT_EQ(read("125e-1"), "none");
  EXPECT_EQ(read("1e-1"), "none");
  EXPECT_EQ(read("1e-999999999999999999999"), "none");
  EXPECT_EQ(read("0.1"), "none");
}

TEST(Integral, FitsSixtyFourBits) {
  EXPECT_EQ(read("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(read("1.8446744073709551615e19"), "18446744073709551615");
  EXPECT_EQ(read("18446744073709551616"), "none");
  EXPECT_EQ(read("1e19"), "10000000000000000000");
  EXPECT_EQ(read("1e20"), "none");
  EXPECT_EQ(read("9e999999999999999999999"), "none");
  EXPECT_EQ(read("0.00000000000000000000000001e26"), "1");
}

TEST(Integral, IsANumberOfJson) {
  for (const char* text : {"", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1 ", "1x", "0x1", "NaN", "1.0.0", "1e1.0"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

}  // namespace
}  // namespace vestnik::api
