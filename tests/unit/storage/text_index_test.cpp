// The index of the memory storage: what it finds is tested by the suite of all
// storages, here how much it looks at.
#include "storage/memory/text_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "chat/search_query.hpp"

namespace vestnik::storage::memory {
namespace {

using testing::ElementsAre;

constexpr chat::MessageId kMessages = 20'000;

// All ids that a query finds, page by page; `calls` counts them.
std::vector<chat::MessageId> find_all(const TextIndex& index, std::string_view text,
                                      const std::optional<chat::RoomId>& room, int& calls) {
  const auto query = chat::parse_search_query(text, "q");
  std::vector<chat::MessageId> ids;
  std::optional<chat::MessageId> before = std::numeric_limits<chat::MessageId>::max();
  for (calls = 0; before; ++calls) {
    const auto found = index.find(*query, room, *before, 10);
    for (const auto& [id, room_id] : found.messages) ids.push_back(id);
    before = found.next;
  }
  return ids;
}

class TextIndexTest : public testing::Test {
 protected:
  TextIndexTest() {
    index_.put(1, "small", "common1 rare");
    for (chat::MessageId id = 2; id <= kMessages; ++id)
      index_.put(id, "large", "common" + std::to_string(id) + " word");
  }

  TextIndex index_;
  int calls_ = 0;
};

TEST_F(TextIndexTest, LooksAtSomeThousandMessagesInACall) {
  EXPECT_THAT(find_all(index_, "common*", "small", calls_), ElementsAre(1));
  EXPECT_GT(calls_, 1);
  EXPECT_LE(calls_, 10);
  EXPECT_THAT(find_all(index_, "word", "small", calls_), ElementsAre());
  EXPECT_GT(calls_, 1);
}

TEST_F(TextIndexTest, FindsWhatIsRareAtOnce) {
  EXPECT_THAT(find_all(index_, "rar*", std::nullopt, calls_), ElementsAre(1));
  EXPECT_EQ(calls_, 1);
  EXPECT_THAT(find_all(index_, "common* rare", std::nullopt, calls_), ElementsAre(1));
  EXPECT_EQ(calls_, 1);
  EXPECT_THAT(find_all(index_, "common77*", "large", calls_).size(), 111U);
  EXPECT_THAT(find_all(index_, "common* wor*", std::nullopt, calls_).size(), kMessages - 1U);
}

}  // namespace
}  // namespace vestnik::storage::memory
