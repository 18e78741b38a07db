#include "chat/room_directory.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace vestnik::chat {
namespace {

TEST(RoomDirectory, FindsByNameAndById) {
  RoomDirectory rooms;
  const auto added = rooms.add({.id = "id-1", .name = "lobby", .epoch = "k3"});
  EXPECT_EQ(added->epoch, "k3");
  EXPECT_EQ(rooms.find("lobby"), added);
  EXPECT_EQ(rooms.find("id-1"), added);
  EXPECT_EQ(rooms.size(), 1u);
}

TEST(RoomDirectory, KnowsNothingElse) {
  RoomDirectory rooms;
  EXPECT_EQ(rooms.find("lobby"), nullptr);
  rooms.add({.id = "id-1", .name = "lobby"});
  for (const auto* text : {"", "Lobby", "lobb", "lobby ", "id-2"}) EXPECT_EQ(rooms.find(text), nullptr) << text;
  EXPECT_EQ(rooms.size(), 1u);
}

TEST(RoomDirectory, GivesRoomsThatOutliveIt) {
  RoomPtr room;
  {
    RoomDirectory rooms;
    room = rooms.add({.id = "id-1", .name = "lobby"});
  }
  EXPECT_EQ(room->name, "lobby");
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
    for (int i = 0; i < kRooms; ++i) rooms.add({.id = "id " + std::to_string(i), .name = "room " + std::to_string(i)});
  }
  EXPECT_EQ(rooms.size(), static_cast<std::size_t>(kRooms));
}

}  // namespace
}  // namespace vestnik::chat
