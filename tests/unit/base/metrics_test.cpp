#include "base/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <thread>
#include <vector>

namespace vestnik {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;

std::vector<std::string> lines_of(const Metrics& metrics) {
  std::istringstream text(metrics.render());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST(Metrics, RenderACounter) {
  Metrics metrics;
  Counter& counter = metrics.counter("messages_total", "Messages committed.");
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42);
  EXPECT_THAT(lines_of(metrics), ElementsAre("# HELP messages_total Messages committed.",
                                             "# TYPE messages_total counter", "messages_total 42"));
}

TEST(Metrics, RenderNothingWhenThereIsNothing) {
  EXPECT_EQ(Metrics().render(), "");
}

TEST(Metrics, GiveTheSameCounterForTheSameNameAndLabels) {
  Metrics metrics;
  Counter& ok = metrics.counter("http_requests_total", "Requests.", {{"code", "200"}, {"method", "GET"}});
  Counter& bad = metrics.counter("http_requests_total", "Requests.", {{"code", "400"}, {"method", "GET"}});
  EXPECT_NE(&ok, &bad);
  EXPECT_EQ(&metrics.counter("http_requests_total", "Requests.", {{"method", "GET"}, {"code", "200"}}), &ok);
  EXPECT_NE(&metrics.counter("http_requests", "Requests.", {{"method", "GET"}, {"code", "200"}}), &ok);
}

TEST(Metrics, PutThoseOfOneNameTogether) {
  Metrics metrics;
  metrics.counter("b_total", "B.", {{"code", "200"}}).add(1);
  metrics.counter("a_total", "A.").add(2);
  metrics.counter("b_total", "B.", {{"code", "400"}}).add(3);
  EXPECT_THAT(lines_of(metrics),
              ElementsAre("# HELP a_total A.", "# TYPE a_total counter", "a_total 2", "# HELP b_total B.",
                          "# TYPE b_total counter", "b_total{code=\"200\"} 1", "b_total{code=\"400\"} 3"));
}

TEST(Metrics, EscapeTheValuesOfLabels) {
  Metrics metrics;
  metrics.counter("requests_total", "Requests.", {{"route", "a\"b\\c\nd"}}).add();
  EXPECT_THAT(lines_of(metrics), Contains(R"(requests_total{route="a\"b\\c\nd"} 1)"));
}

TEST(Metrics, ReadGaugesWhileRendering) {
  Metrics metrics;
  double depth = 3;
  metrics.gauge("queue_depth", "Waiting.", [&] { return depth; }, {{"queue", "write"}});
  metrics.gauge("ratio", "Never known.", [] { return std::numeric_limits<double>::quiet_NaN(); });
  EXPECT_THAT(lines_of(metrics),
              IsSupersetOf({"# TYPE queue_depth gauge", "queue_depth{queue=\"write\"} 3", "ratio Nan"}));
  depth = -0.5;
  EXPECT_THAT(lines_of(metrics), Contains("queue_depth{queue=\"write\"} -0.5"));
}

TEST(Metrics, RenderLatenciesAsCumulativeHistogramsInSeconds) {
  Metrics metrics;
  LatencyHistogram& latency = metrics.latency("commit_seconds", "To the commit.");
  latency.record(30us);
  latency.record(800us, 2);
  latency.record(2min);
  EXPECT_THAT(
      lines_of(metrics),
      ElementsAre("# HELP commit_seconds To the commit.", "# TYPE commit_seconds histogram", "commit_seconds_count 4",
                  "commit_seconds_sum 120.00163", "commit_seconds_bucket{le=\"5e-05\"} 1",
                  "commit_seconds_bucket{le=\"0.0001\"} 1", "commit_seconds_bucket{le=\"0.00025\"} 1",
                  "commit_seconds_bucket{le=\"0.0005\"} 1", "commit_seconds_bucket{le=\"0.001\"} 3",
                  "commit_seconds_bucket{le=\"0.0025\"} 3", "commit_seconds_bucket{le=\"0.005\"} 3",
                  "commit_seconds_bucket{le=\"0.01\"} 3", "commit_seconds_bucket{le=\"0.025\"} 3",
                  "commit_seconds_bucket{le=\"0.05\"} 3", "commit_seconds_bucket{le=\"0.1\"} 3",
                  "commit_seconds_bucket{le=\"0.25\"} 3", "commit_seconds_bucket{le=\"0.5\"} 3",
                  "commit_seconds_bucket{le=\"1\"} 3", "commit_seconds_bucket{le=\"5\"} 3",
                  "commit_seconds_bucket{le=\"30\"} 3", "commit_seconds_bucket{le=\"+Inf\"} 4"));
}

TEST(Metrics, AreUsedByManyThreadsAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&metrics, t] {
        for (int i = 0; i < kEach; ++i) {
          metrics.counter("all_total", "All.").add();
          metrics.counter("some_total", "Some.", {{"thread", std::to_string(t)}}).add();
        }
      });
    }
    for (int i = 0; i < 20; ++i) metrics.render();
  }
  EXPECT_EQ(metrics.counter("all_total", "All.").value(), kThreads * kEach);
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_EQ(metrics.counter("some_total", "Some.", {{"thread", std::to_string(t)}}).value(), kEach);
  }
}

}  // namespace
}  // namespace vestnik
