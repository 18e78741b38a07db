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
#include "conformance/raw_sqlite.hpp"
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

// That the room is what its changes up to its counter make of it, with all that was acknowledged among them.
void expect_whole(storage::Store& store, const std::vector<Acknowledged>& acknowledged) {
  const auto room = must(store.find_room(kCrashRoom));
  const auto events = must(store.list_events(room.info.id, 0, INT32_MAX, chat::kUnlimited));
  ASSERT_EQ(std::ssize(events), room.counter);
  for (std::int64_t n = 1; n <= room.counter; ++n) {
    const auto& event = events[static_cast<std::size_t>(n - 1)];
    ASSERT_EQ(event.n, n);
    ASSERT_EQ(std::holds_alternative<chat::MessageEdited>(event.what), n % 5 == 4);
    ASSERT_EQ(std::holds_alternative<chat::ReactionChanged>(event.what), n % 5 == 0);
  }
  auto query = query_for(room.info.id);
  query.order = chat::Order::kAscending;
  query.limit = INT32_MAX;
  const auto messages = must(store.list_messages(query));
  for (const auto& message : messages) {
    const auto n = message.n;
    const bool is_edited = n % 5 == 1 && n + 3 <= room.counter;
    ASSERT_EQ(message.id, crash_message_id(n));
    ASSERT_EQ(message.content, is_edited ? fmt::format("edited at {}", n + 3) : fmt::format("{}", n));
    ASSERT_EQ(message.reactions.size(), n % 5 == 3 && n + 2 <= room.counter ? 1U : 0U);
  }
  index_all(store);
  for (const auto& message : messages) {
    const auto found = must(chat::find_messages(store, search_query("\"" + message.content + "\""), {.limit = 10}));
    ASSERT_EQ(ids_of(found), std::vector{message.id}) << message.content;
  }
  ASSERT_EQ(room.message_count, std::ssize(messages));
  ASSERT_EQ(room.message_total, std::ssize(messages));
  ASSERT_EQ(must(store.stats(Time::min())).messages_since, std::ssize(messages));
  for (const auto& [id, n] : acknowledged) {
    ASSERT_LE(n, room.counter) << "lost";
    if (id != 0) ASSERT_EQ(id, crash_message_id(n));
  }
  if (messages.empty()) return;
  const auto& last = messages.back();
  const auto again = crash_change(room.info.id, last.n);
  const auto repeated = must(must(store.append({&again, 1}, system_now())).at(0));
  EXPECT_TRUE(repeated.duplicate);
  EXPECT_EQ(message_of(repeated).id, last.id);
}

TEST(SqliteCrash, NothingAcknowledgedIsLost) {
  const TempFolder folder;
  const auto url = "sqlite:" + folder.file("crash.db");
  {
    const auto store = must(storage::open_store(url, {}));
    must(store->create_user({.username = "anna", .email = {}}));
    must(store->create_room(new_room("room-id", kCrashRoom)));
  }
  std::vector<Acknowledged> acknowledged;
  std::mt19937 random(std::random_device{}());
  constexpr std::size_t kEnough = 20;  // on a busy machine some writers are killed before they have begun
  for (int round = 0; round < 10 || (round < 100 && acknowledged.size() <= kEnough); ++round) {
    const auto lifetime = std::chrono::milliseconds(std::uniform_int_distribution(100, 500)(random));
    const auto more = write_and_kill(url, lifetime);
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
    SCOPED_TRACE(fmt::format("round {}", round));
    expect_whole(*must(storage::open_store(url, {})), acknowledged);
    EXPECT_EQ(ask_sql(folder.file("crash.db-search"), "SELECT count(*) FROM search_content"),
              ask_sql(folder.file("crash.db"), "SELECT count(*) FROM messages"));
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(acknowledged.size(), kEnough) << "the writer hardly wrote";
}

}  // namespace
}  // namespace vestnik::conformance
