#include "chat/room_directory.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

namespace vestnik::chat {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + 12h;

TEST(RoomDirectory, FindsByNameAndById) {
  RoomDirectory rooms;
  const auto added = rooms.add({.id = "id-1", .name = "lobby", .epoch = "k3"}, {.max_length = 7});
  EXPECT_EQ(added->epoch, "k3");
  EXPECT_EQ(added->rules().max_length, 7);
  EXPECT_EQ(rooms.find("lobby"), added);
  EXPECT_EQ(rooms.find("id-1"), added);
  EXPECT_EQ(rooms.size(), 1u);
}

TEST(RoomDirectory, FindsTheIdInAnyCase) {
  RoomDirectory rooms;
  const auto added = rooms.add({.id = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", .name = "lobby"}, {});
  EXPECT_EQ(rooms.find("F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"), added);
  EXPECT_EQ(rooms.find("F81D4FAE-7DEC-41D0-A765-00A0C91E6BF7"), nullptr);
  const auto old = rooms.add({.id = "id", .name = "F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"}, {});
  EXPECT_EQ(rooms.find(old->name), old);  // such a name was allowed once
}

TEST(RoomDirectory, FindsEverySpellingOfAName) {
  RoomDirectory rooms;
  const auto cafe = rooms.add({.id = "id-1", .name = "Café"}, {});
  for (const auto* name : {"Café", "cafe\u0301", "CAFÉ", "Саfé"}) EXPECT_EQ(rooms.find(name), cafe) << name;
  EXPECT_EQ(rooms.find("cafe"), nullptr);
  // Earlier versions let several rooms have one.
  const auto other = rooms.add({.id = "id-2", .name = "CAFÉ"}, {});
  EXPECT_EQ(rooms.find("Café"), cafe);
  EXPECT_EQ(rooms.find("CAFÉ"), other);
  rooms.remove("id-2", 1);
  EXPECT_EQ(rooms.find("Café"), cafe);
  rooms.remove("id-1", 1);
  for (const auto* name : {"Café", "cafe\u0301", "CAFÉ"}) EXPECT_EQ(rooms.find(name), nullptr) << name;
}

TEST(RoomDirectory, KnowsNothingElse) {
  RoomDirectory rooms;
  EXPECT_EQ(rooms.find("lobby"), nullptr);
  rooms.add({.id = "id-1", .name = "lobby"}, {});
  for (const auto* text : {"", "lobby\u0301", "lobb", "lobby ", "id-2"}) EXPECT_EQ(rooms.find(text), nullptr) << text;
  EXPECT_EQ(rooms.size(), 1u);
}

TEST(RoomDirectory, GivesTheLobbyForNothingAndSaysWhatIsMissing) {
  RoomDirectory rooms;
  EXPECT_EQ(rooms.get("").error().code, ErrorCode::kNotFound);
  const auto lobby = rooms.add({.id = "id-1", .name = "lobby"}, {});
  EXPECT_EQ(*rooms.get(""), lobby);
  EXPECT_EQ(*rooms.get("lobby"), lobby);
  const auto missing = rooms.get(std::string(1'000, 'x'));
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_LT(missing.error().detail.size(), 100u);
}

TEST(RoomDirectory, GivesRoomsThatOutliveIt) {
  RoomPtr room;
  {
    RoomDirectory rooms;
    room = rooms.add({.id = "id-1", .name = "lobby"}, {});
  }
  EXPECT_EQ(room->name, "lobby");
}

TEST(RoomDirectory, TellsNewRulesToWhoHoldsTheRoom) {
  RoomDirectory rooms;
  const auto room = rooms.add({.id = "id-1", .name = "kitchen"}, {.max_length = 7});
  rooms.set_rules("id-1", {.max_length = 8, .read_only = true});
  EXPECT_EQ(room->rules(), (RoomRules{.max_length = 8, .read_only = true}));
  EXPECT_EQ(rooms.find("kitchen"), room);
  rooms.set_rules("id-2", {.max_length = 9});
  EXPECT_EQ(room->rules().max_length, 8);
}

TEST(RoomDirectory, ForgetsARoomThatIsClosed) {
  RoomDirectory rooms;
  const auto room = rooms.add({.id = "id-1", .name = "kitchen"}, {});
  const auto other = rooms.add({.id = "id-2", .name = "attic"}, {});
  EXPECT_EQ(room->last_n(), std::nullopt);
  rooms.remove("id-1", 42);
  EXPECT_EQ(room->last_n(), 42);
  EXPECT_EQ(other->last_n(), std::nullopt);
  EXPECT_EQ(rooms.find("id-1"), nullptr);
  EXPECT_EQ(rooms.find("kitchen"), nullptr);
  EXPECT_EQ(rooms.size(), 1u);
  rooms.remove("id-1", 43);
  EXPECT_EQ(room->last_n(), 42);
  rooms.set_rules("id-1", {.expires_at = kNow});
  EXPECT_THAT(rooms.expired(kNow), IsEmpty());
}

TEST(RoomDirectory, TellsWhatBecomesOfTheList) {
  RoomDirectory rooms;
  rooms.add({.id = "id-0", .name = "before"}, {});
  std::vector<std::string> told;
  rooms.listen([&](const Event& event) {
    EXPECT_EQ(event.n, rooms.log_counter());
    if (const auto* listed = std::get_if<RoomListed>(&event.what)) {
      told.push_back(std::to_string(event.n) + (listed->opened ? " opened " : " changed ") + listed->info.name +
                     (listed->rules.read_only ? ", read only" : ""));
    } else {
      const auto& gone = std::get<RoomUnlisted>(event.what);
      told.push_back(std::to_string(event.n) + " closed " + gone.info.name +
                     (gone.reason == CloseReason::kExpired ? ", expired" : ""));
    }
  });
  rooms.add({.id = "id-1", .name = "team"}, {});
  rooms.set_rules("id-1", {.read_only = true});
  rooms.set_rules("nowhere", {});
  rooms.remove("id-1", 3, CloseReason::kExpired);
  rooms.remove("id-1", 3);  // told twice
  EXPECT_THAT(told, ElementsAre("2 opened team", "3 changed team, read only", "4 closed team, expired"));
  EXPECT_EQ(rooms.find(kRoomsLog), nullptr) << "the log is in no list";
}

TEST(RoomDirectory, TellsThatSomethingMayBeLeftBehind) {
  RoomDirectory rooms;
  rooms.add({.id = "id-1", .name = "kitchen"}, {});
  rooms.find("kitchen");
  auto before = rooms.leftovers();
  rooms.set_rules("id-1", {.message_limit = 1});
  EXPECT_GT(rooms.leftovers(), before);
  before = rooms.leftovers();
  rooms.remove("id-1", 1);
  EXPECT_GT(rooms.leftovers(), before);
  before = rooms.leftovers();
  rooms.remove("id-1", 1);
  rooms.set_rules("id-1", {});
  EXPECT_EQ(rooms.leftovers(), before);
}

TEST(RoomDirectory, GivesTheNameOfAClosedRoomToAnother) {
  RoomDirectory rooms;
  rooms.add({.id = "id-1", .name = "kitchen"}, {});
  rooms.remove("id-1", 1);
  const auto next = rooms.add({.id = "id-2", .name = "kitchen"}, {});
  rooms.remove("id-1", 1);  // told twice
  EXPECT_EQ(rooms.find("kitchen"), next);
  EXPECT_EQ(rooms.size(), 1u);
}

TEST(RoomDirectory, LeavesANameToTheRoomThatTookItOver) {
  RoomDirectory rooms;
  rooms.add({.id = "id-1", .name = "kitchen"}, {});
  const auto next = rooms.add({.id = "id-2", .name = "kitchen"}, {});  // the first is closed, but not yet told so
  rooms.remove("id-1", 1);
  EXPECT_EQ(rooms.find("id-1"), nullptr);
  EXPECT_EQ(rooms.find("id-2"), next);
  EXPECT_EQ(rooms.find("kitchen"), next);
  EXPECT_EQ(rooms.size(), 1u);
  rooms.remove("id-2", 1);
  EXPECT_EQ(rooms.find("kitchen"), nullptr);
  EXPECT_EQ(rooms.size(), 0u);
}

TEST(RoomDirectory, KnowsWhoOwnsRooms) {
  RoomDirectory rooms;
  rooms.add({.id = "id-1", .name = "a", .owner_id = 7}, {});
  rooms.add({.id = "id-2", .name = "b", .owner_id = 7}, {});
  rooms.add({.id = "id-3", .name = "c"}, {});
  EXPECT_TRUE(rooms.owns_any(7));
  EXPECT_FALSE(rooms.owns_any(8));
  EXPECT_FALSE(rooms.owns_any(0));
  rooms.remove("id-1", 1);
  EXPECT_TRUE(rooms.owns_any(7));
  rooms.remove("id-1", 1);
  rooms.remove("id-3", 1);
  EXPECT_TRUE(rooms.owns_any(7));
  rooms.remove("id-2", 1);
  EXPECT_FALSE(rooms.owns_any(7));
}

class ExpiryTest : public testing::Test {
 protected:
  std::vector<std::string> expired(Time now) const {
    std::vector<std::string> names;
    for (const RoomPtr& room : rooms_.expired(now)) names.push_back(room->name);
    return names;
  }

  RoomDirectory rooms_;
};

TEST_F(ExpiryTest, IsInTheOrderOfTimeAndExact) {
  rooms_.add({.id = "1", .name = "late"}, {.expires_at = kNow + 2s});
  rooms_.add({.id = "2", .name = "never"}, {});
  rooms_.add({.id = "3", .name = "early"}, {.expires_at = kNow});
  rooms_.add({.id = "4", .name = "middle"}, {.expires_at = kNow + 1s});
  EXPECT_THAT(expired(kNow - 1us), IsEmpty());
  EXPECT_THAT(expired(kNow), ElementsAre("early"));
  EXPECT_THAT(expired(kNow + 2s - 1us), ElementsAre("early", "middle"));
  EXPECT_THAT(expired(kNow + 2s), ElementsAre("early", "middle", "late"));
  rooms_.remove("4", 1);
  EXPECT_THAT(expired(kNow + 24h), ElementsAre("early", "late"));
}

TEST_F(ExpiryTest, FollowsTheRules) {
  rooms_.add({.id = "1", .name = "a"}, {.expires_at = kNow});
  rooms_.set_rules("1", {.expires_at = kNow + 1s});
  EXPECT_THAT(expired(kNow), IsEmpty());
  EXPECT_THAT(expired(kNow + 1s), ElementsAre("a"));
  rooms_.set_rules("1", {});
  EXPECT_THAT(expired(kNow + 24h), IsEmpty());
  rooms_.set_rules("1", {.expires_at = kNow});
  EXPECT_THAT(expired(kNow), ElementsAre("a"));
}

TEST_F(ExpiryTest, MayBeTheSameOfManyRooms) {
  for (const auto* id : {"1", "2", "3"})
    rooms_.add({.id = id, .name = std::string("room ") + id}, {.expires_at = kNow});
  EXPECT_THAT(expired(kNow), testing::SizeIs(3));
  rooms_.remove("2", 1);
  EXPECT_THAT(expired(kNow), testing::UnorderedElementsAre("room 1", "room 3"));
}

TEST(RoomDirectory, IsReadWhileItGrows) {
  constexpr int kRooms = 500;
  RoomDirectory rooms;
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 3; ++t) {
      readers.emplace_back([&rooms] {
        for (int i = 0; i < kRooms; ++i) {
          const std::string name = "room " + std::to_string(i);
          RoomPtr room;
          while (!(room = rooms.find(name))) std::this_thread::yield();
          EXPECT_EQ(room->name, name);
        }
      });
    }
    for (int i = 0; i < kRooms; ++i) {
      rooms.add({.id = "id " + std::to_string(i), .name = "room " + std::to_string(i)}, {});
    }
  }
  EXPECT_EQ(rooms.size(), static_cast<std::size_t>(kRooms));
}

TEST(RoomDirectory, IsReadWhileRulesChangeAndRoomsClose) {
  constexpr int kRooms = 300;
  RoomDirectory rooms;
  std::vector<RoomPtr> all;
  for (int i = 0; i < kRooms; ++i) {
    all.push_back(rooms.add({.id = std::to_string(i), .name = "room " + std::to_string(i), .owner_id = 1 + i % 3},
                            {.max_length = 1, .message_limit = 1}));
  }
  std::atomic<bool> done = false;
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 2; ++t) {
      readers.emplace_back([&] {
        while (!done) {
          for (const RoomPtr& room : all) {
            const RoomRules rules = room->rules();
            EXPECT_EQ(rules.max_length, rules.message_limit);  // both of one change
          }
          for (const RoomPtr& room : rooms.expired(kNow)) EXPECT_EQ(room->rules().max_length.value_or(2), 2);
          rooms.owns_any(1);
        }
      });
    }
    for (int i = 0; i < kRooms; ++i) {
      rooms.set_rules(std::to_string(i), {.max_length = 2, .message_limit = 2, .expires_at = kNow});
    }
    for (int i = 0; i < kRooms; ++i) rooms.remove(std::to_string(i), i + 1);
    done = true;
  }
  EXPECT_EQ(rooms.size(), 0u);
  EXPECT_THAT(rooms.expired(kNow), IsEmpty());
  EXPECT_FALSE(rooms.owns_any(1));
  for (int i = 0; i < kRooms; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)]->last_n(), i + 1);
}

}  // namespace
}  // namespace vestnik::chat
