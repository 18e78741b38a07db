// The suite; with --append-until-killed it is the process that sqlite_crash_test.cpp kills.
#include <gtest/gtest.h>

#include <string_view>

#include "conformance/crash_child.hpp"

int main(int count, char** arguments) {
  if (count == 3 && std::string_view(arguments[1]) == "--append-until-killed") {
    return vestnik::conformance::append_until_killed(arguments[2]);
  }
  testing::InitGoogleTest(&count, arguments);
  return RUN_ALL_TESTS();
}
