// kill -9 in the middle of writing: what was acknowledged is there once, and numbers have no gap.
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>
#include <system_error>
#include <thread>
#include <vector>

#include "conformance/crash_child.hpp"
#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

// Runs this binary as a writer for `lifetime`, kills it, and gives what it had acknowledged.
std::vector<Acknowledged> write_and_kill(const std::string& url, std::chrono::milliseconds lifetime) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::system_error(errno, std::system_category(), "pipe");
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl("/proc/self/exe", "conformance", "--append-until-killed", url.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::jthread killer([&] {
    std::this_thread::sleep_for(lifetime);
    kill(child, SIGKILL);
  });
  std::vector<Acknowledged> acknowledged;
  Acknowledged one;
  while (read(ends[0], &one, sizeof(one)) == static_cast<ssize_t>(sizeof(one))) acknowledged.push_back(one);
  close(ends[0]);
  killer.join();
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer ended by itself: " << status;
  return acknowledged;
}

TEST(SqliteCrash, NothingAcknowledgedIsLost) {
  const TempFolder folder;
  const auto url = "sqlite:" + folder.file("crash.db");
  chat::RoomId room;
  {
    const auto store = must(storage::open_store(url, {}));
    room = must(store->create_room(new_room("room-id", kCrashRoom))).info.id;
  }
  std::vector<Acknowledged> acknowledged;
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 10; ++round) {
    const auto lifetime = std::chrono::milliseconds(std::uniform_int_distribution(100, 500)(random));
    const auto more = write_and_kill(url, lifetime);
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());

    const auto store = must(storage::open_store(url, {}));
    auto query = query_for(room);
    query.order = chat::Order::kAscending;
    query.limit = INT32_MAX;
    const auto messages = must(store->list_messages(query));
    for (std::size_t i = 0; i < messages.size(); ++i) {
      ASSERT_EQ(messages[i].n, static_cast<std::int64_t>(i + 1));
      ASSERT_EQ(messages[i].content, fmt::format("{}", i + 1));
    }
    for (const auto& [id, n] : acknowledged) {
      ASSERT_LE(n, std::ssize(messages)) << "lost in round " << round;
      ASSERT_EQ(messages[n - 1].id, id);
    }
    const auto state = must(store->find_room(kCrashRoom));
    ASSERT_EQ(state.counter, std::ssize(messages));
    ASSERT_EQ(state.message_count, std::ssize(messages));
    ASSERT_EQ(must(store->stats(Time::min())).messages_since, std::ssize(messages));

    if (messages.empty()) continue;
    auto repeated = draft_for(room, messages.back().content);
    repeated.nonce = messages.back().nonce;
    EXPECT_EQ(must(must(store->append({&repeated, 1}, system_now())).at(0)).message.id, messages.back().id);
  }
  EXPECT_GT(acknowledged.size(), 20U) << "the writer hardly wrote";
}

}  // namespace
}  // namespace vestnik::conformance
