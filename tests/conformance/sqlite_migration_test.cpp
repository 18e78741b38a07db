// Databases of earlier versions: what was in them is still there, and works as if it had been written today.
#include <fmt/core.h>

#include <vector>

#include "base/embedded.hpp"
#include "conformance/raw_sqlite.hpp"
#include "conformance/support.hpp"
#include "storage/sqlite/migrations.hpp"

namespace vestnik::conformance {
namespace {

// A database as the first version left it: two users, "lobby" with 50 messages, an empty "stream".
void make_version_1(const std::string& path) {
  const auto first = embedded::sqlite_migrations().first(1);
  {
    const auto connection = storage::sqlite::Connection::open(path);
    must(storage::sqlite::migrate(**connection, path, first, at(0s)));
  }
  run_sql(path, R"(
    INSERT INTO users (username, email) VALUES ('admin', NULL), ('anna', 'anna@example.org');
    INSERT INTO rooms (id, name, epoch, created_at, client_seq_required) VALUES ('lobby-id', 'lobby', 'k3', 5, 0);
    INSERT INTO rooms (id, name, epoch, created_at, max_length, client_seq_required)
      VALUES ('stream-id', 'stream', 'k4', 6, 128, 1);
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50)
    INSERT INTO messages (room_key, n, created_at, user_id, username, content, client_seq, nonce)
      SELECT 1, n, 1704067200000000 + n * 1000000, iif(n % 2 = 0, 2, NULL), iif(n % 2 = 0, 'anna', NULL),
             'text ' || n, n * 10, iif(n % 5 = 0, 'nonce ' || n, NULL)
        FROM numbers;
    UPDATE rooms SET counter = 50, message_count = 50, last_message_at = 1704067250000000 WHERE key = 1)");
}

class Version1 : public testing::Test {
 protected:
  Version1() {
    make_version_1(path_);
    store_ = must(storage::open_store("sqlite:" + path_, {}));
  }
  Result<chat::Appended> append(const chat::Change& change) { return must(store_->append({&change, 1}, at(1s))).at(0); }

  TempFolder folder_;
  std::string path_ = folder_.file("a.db");
  std::unique_ptr<chat::ChatStore> store_;
};

TEST_F(Version1, EverythingIsStillThere) {
  EXPECT_EQ(describe(store_->list_users(0, 10)), "user 1 'admin' email none\nuser 2 'anna' email 'anna@example.org'\n");
  EXPECT_EQ(describe(store_->list_rooms(0, 10)),
            "room lobby-id 'lobby' epoch k3 created 1970-01-01T00:00:00.000005Z owner none max_length none limit none "
            "expires none client_seq false read_only false counter 50 floor 0 count 50 total 50 last "
            "2024-01-01T00:00:50Z\n"
            "room stream-id 'stream' epoch k4 created 1970-01-01T00:00:00.000006Z owner none max_length '128' limit "
            "none expires none client_seq true read_only false counter 0 floor 0 count 0 total 0 last none\n");
  auto query = query_for("lobby-id");
  query.offset = 9;
  query.limit = 2;
  EXPECT_EQ(describe(store_->list_messages(query)),
            "message 41 n 41 at 2024-01-01T00:00:41Z user none none seq '410' nonce none content 'text 41'\n"
            "message 40 n 40 at 2024-01-01T00:00:40Z user '2' 'anna' seq '400' nonce 'nonce 40' content 'text 40'\n");
  EXPECT_EQ(must(store_->list_events("lobby-id", 0, 100, chat::kUnlimited)).size(), 50U);
  EXPECT_EQ(describe(store_->stats(at(41s))), "2 users, 0 sessions, 2 rooms, 50 messages, 10 since");
}

TEST_F(Version1, OldMessagesTakeChanges) {
  must(append(chat::Edit{"lobby-id", 7, 1, "changed"}));
  must(append(chat::ReactionChange{"lobby-id", 8, 1, "+"}));
  must(append(chat::Deletion{"lobby-id", 9, 1}));
  must(store_->set_cursor({.room_id = "lobby-id", .user_id = 1, .name = {}}, 20, chat::kUnlimited));
  EXPECT_EQ(must(store_->get_unread({.room_id = "lobby-id", .user_id = 1, .name = {}})).count, 30);
  auto draft = draft_for("lobby-id", "new");
  draft.message_limit = 45;
  const auto message = message_of(append(draft));
  EXPECT_EQ(message.id, 51);
  EXPECT_EQ(message.n, 54);
  EXPECT_EQ(message.created_at, at(50s + 4us));
  EXPECT_EQ(must(store_->find_room("lobby")).floor, 6);
  auto query = query_for("lobby-id");
  query.order = chat::Order::kAscending;
  query.limit = 3;
  EXPECT_EQ(describe(store_->list_messages(query)),
            "message 7 n 7 at 2024-01-01T00:00:07Z user none none seq '70' nonce none content 'changed' edited "
            "2024-01-01T00:00:50.000001Z\n"
            "message 8 n 8 at 2024-01-01T00:00:08Z user '2' 'anna' seq '80' nonce none content 'text 8', + x 1 by 1\n"
            "message 9 n 9 at 2024-01-01T00:00:09Z user none none seq '90' nonce none content '' deleted\n");
}

TEST_F(Version1, VeryManyOldChangesLeaveInPieces) {
  const auto rows = [&] { return ask_sql(path_, "SELECT count(*) FROM changes"); };
  run_sql(path_, R"(
    WITH RECURSIVE numbers (n) AS (SELECT 51 UNION ALL SELECT n + 1 FROM numbers WHERE n < 15050)
    INSERT INTO changes (room_key, n, kind, at, user_id, message_id, emoji)
      SELECT 1, n, 3, 1704067250000000, 1, 1, '+' FROM numbers;
    UPDATE rooms SET counter = 15050 WHERE key = 1)");
  must(append(chat::Edit{"lobby-id", 7, 1, "one piece"}));
  EXPECT_EQ(must(store_->find_room("lobby")).floor, 1'000);
  EXPECT_EQ(rows(), 15'000 + 1 - 950);
  for (int i = 0; i < 10; ++i) must(append(chat::Edit{"lobby-id", 7, 1, fmt::format("{}", i)}));
  EXPECT_EQ(rows(), chat::kEventsKept);
  const auto room = must(store_->find_room("lobby"));
  EXPECT_EQ(room.floor, room.counter - chat::kEventsKept);
  EXPECT_EQ(room.message_count, 50);
}

TEST_F(Version1, NamesAndNoncesAreStillTaken) {
  EXPECT_EQ(code_of(store_->create_user({.username = "anna", .email = {}})), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(store_->create_room(new_room("new-id", "lobby"))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(store_->create_room(new_room("lobby-id", "new"))), ErrorCode::kAlreadyExists);
  auto draft = draft_for("lobby-id", "text 40");
  draft.user_id = 2;
  draft.nonce = "nonce 40";
  EXPECT_TRUE(append(draft)->duplicate);
  draft.content = "other";
  EXPECT_EQ(code_of(append(draft)), ErrorCode::kAlreadyExists);
}

TEST(Version5, AttachmentsCountForTheirUsers) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  {
    const auto connection = storage::sqlite::Connection::open(path);
    must(storage::sqlite::migrate(**connection, path, embedded::sqlite_migrations().first(5), at(0s)));
  }
  run_sql(path, R"(
    INSERT INTO attachments (id, sha256, size, name, content_type, user_id, created_at, messages, unused_since)
      VALUES ('a', 'one', 10, 'a', 'text/plain', 1, 0, 0, 0), ('b', 'one', 10, 'b', 'text/plain', 1, 0, 3, 0),
             ('c', 'two', 5, 'c', 'text/plain', 2, 0, 0, 0), ('d', 'two', 5, 'd', 'text/plain', NULL, 0, 0, 0))");
  const auto store = must(storage::open_store("sqlite:" + path, {}));
  EXPECT_EQ(must(store->attachment_bytes(1)), 20U);
  EXPECT_EQ(must(store->attachment_bytes(2)), 5U);
  must(store->remove_unused(std::vector<chat::AttachmentId>{"a", "d"}));
  EXPECT_EQ(must(store->attachment_bytes(1)), 10U);
}

// Names were compared byte by byte: two that are one today keep working, and no third one is made.
TEST(Version7, NamesThatAreOneTodayStayApart) {
  const TempFolder folder;
  const auto path = folder.file("a.db");
  {
    const auto connection = storage::sqlite::Connection::open(path);
    must(storage::sqlite::migrate(**connection, path, embedded::sqlite_migrations().first(7), at(0s)));
  }
  run_sql(path, R"(
    INSERT INTO users (username, guest, listed) VALUES ('José', 0, 1), ('José', 0, 1), ('anna', 1, 1);
    INSERT INTO rooms (id, name, epoch, created_at, client_seq_required, read_only)
      VALUES ('one', 'café', 'k1', 5, 0, 0), ('two', 'café', 'k2', 5, 0, 0))");
  const auto store = must(storage::open_store("sqlite:" + path, {}));
  EXPECT_EQ(must(store->get_user(1)).username, "José");
  EXPECT_EQ(must(store->get_user(2)).username, "Jose\u0301");
  EXPECT_EQ(code_of(store->create_user({.username = "josé", .email = {}})), ErrorCode::kAlreadyExists);
  must(store->create_user({.username = "Anna", .email = {}}));
  EXPECT_EQ(must(store->find_room("café")).info.id, "one");
  EXPECT_EQ(must(store->find_room("cafe\u0301")).info.id, "two");
  EXPECT_EQ(must(store->find_room("CAFÉ")).info.id, "two");
  EXPECT_EQ(code_of(store->create_room(new_room("three", "Café"))), ErrorCode::kAlreadyExists);
}

}  // namespace
}  // namespace vestnik::conformance
