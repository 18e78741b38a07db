// A test in a time zone three hours east of UTC, so that local times differ from those of the server.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

namespace vestnik::cli {

class EastOfGreenwich : public testing::Test {
 protected:
  // No other thread runs yet.
  void SetUp() override {
    setenv("TZ", "UTC-3", 1);  // NOLINT(concurrency-mt-unsafe): POSIX form
    tzset();
  }
  void TearDown() override {
    unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe)
    tzset();
  }
};

}  // namespace vestnik::cli
