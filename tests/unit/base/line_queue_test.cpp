#include "base/line_queue.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace vestnik {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;

// A small pipe and a queue in front of it. A queue lives as long as its process.
struct QueueTest : testing::Test {
  QueueTest() {
    EXPECT_EQ(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    queue = new LineQueue(ends[1], [](std::uint64_t lines) { return "dropped " + std::to_string(lines) + "\n"; });
    static auto& kept = *new std::vector<LineQueue*>;  // for LeakSanitizer, which looks after the end of main()
    kept.push_back(queue);
    signal(SIGPIPE, SIG_IGN);
    queue->start();
  }
  ~QueueTest() override { close(ends[0]); }

  // All that is written until the queue has finished.
  std::string read_all() {
    std::string text;
    std::thread reader([&] {
      char bytes[4096];
      for (ssize_t size = 0; (size = ::read(ends[0], bytes, sizeof(bytes))) > 0;) {
        text.append(bytes, static_cast<std::size_t>(size));
      }
    });
    queue->finish(kPatience);
    close(ends[1]);
    reader.join();
    return text;
  }

  int ends[2];
  LineQueue* queue;
};

TEST_F(QueueTest, WritesLinesInTheirOrder) {
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const std::string line = std::to_string(i) + "\n";
    queue->push(line);
    expected += line;
  }
  EXPECT_EQ(read_all(), expected);
  EXPECT_EQ(queue->dropped(), 0u);
}

TEST_F(QueueTest, DropsWhatItCannotHoldAndTellsWhereItIsMissing) {
  const std::string line = std::string(999, 'x') + "\n";
  const std::size_t pushed = 3 * LineQueue::kBytesMax / line.size();
  for (std::size_t i = 0; i < pushed; ++i) queue->push(line);  // nobody reads
  const std::uint64_t dropped = queue->dropped();
  EXPECT_GT(dropped, 0u);
  const std::string text = read_all();
  const std::string gap = "dropped " + std::to_string(dropped) + "\n";
  ASSERT_TRUE(text.ends_with(gap)) << text.substr(text.size() - 100);
  EXPECT_EQ(text.size(), (pushed - dropped) * line.size() + gap.size());
}

TEST_F(QueueTest, FinishesInTimeWhenNobodyReads) {
  queue->push(std::string(10'000, 'x') + "\n");
  const auto begun = std::chrono::steady_clock::now();
  queue->finish(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience);
  queue->push("too late\n");
  EXPECT_EQ(queue->dropped(), 0u);
}

TEST_F(QueueTest, CountsWhatCannotBeWritten) {
  close(ends[0]);
  ends[0] = open("/dev/null", O_RDONLY);
  queue->push("one\ntwo\n");
  queue->finish(kPatience);
  EXPECT_EQ(queue->dropped(), 2u);
}

}  // namespace
}  // namespace vestnik
