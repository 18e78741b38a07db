// Who counts as one when connections and what they make are counted.
#include "api/connections.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

namespace vestnik::api {
namespace {

std::string network(const char* address) {
  return network_of(boost::asio::ip::make_address(address));
}

TEST(NetworkOf, IsTheWholeAddressOfIPv4) {
  EXPECT_EQ(network("192.0.2.1"), network("192.0.2.1"));
  EXPECT_NE(network("192.0.2.1"), network("192.0.2.2"));
}

TEST(NetworkOf, IsTheFirstHalfOfAnIPv6Address) {
  EXPECT_EQ(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::2"));
  EXPECT_NE(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
  EXPECT_NE(network("::1"), network("127.0.0.1"));
}

TEST(Connections, OfOneNetworkAreBounded) {
  Connections connections(1, {.max = 10, .max_per_address = 2});
  runtime::Cores cores(1);
  const auto admit = [&](const char* address) {
    return connections.admit(cores[0], boost::asio::ip::make_address(address));
  };
  std::deque<std::optional<Admission>> held;
  held.push_back(admit("2001:db8::1"));
  held.push_back(admit("2001:db8::2"));
  EXPECT_TRUE(held[0] && held[1]);
  EXPECT_FALSE(admit("2001:db8::3"));
  EXPECT_TRUE(admit("2001:db8:0:1::1"));
  EXPECT_EQ(held[0]->network(), network("2001:db8::3"));
  held.pop_front();
  EXPECT_TRUE(admit("2001:db8::3"));
  for (int i = 0; i < 3; ++i) held.push_back(admit("127.0.0.1"));  // loopback is exempt
  EXPECT_TRUE(held.back());
  EXPECT_EQ(connections.open(), 4u);
}

}  // namespace
}  // namespace vestnik::api
