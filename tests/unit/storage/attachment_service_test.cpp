#include "chat/attachment_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/sha256.hpp"
#include "storage/files/blob_store.hpp"
#include "storage/memory/memory_store.hpp"
#include "unit/storage/temporary_folder.hpp"

namespace vestnik::storage {
namespace {

using chat::Attachment;
using chat::AttachmentService;
using std::chrono::hours;

class AttachmentServiceTest : public testing::Test {
 protected:
  AttachmentServiceTest() : blobs_(*FileBlobStore::open(folder_.path() + "/blobs", "one", 1 << 30)) {
    chat::NewRoom room;
    room.info.id = room.info.name = "room";
    EXPECT_TRUE(store_.create_room(room));
  }

  Result<Attachment> upload(std::string_view content, std::string_view name = "a.txt",
                            std::optional<chat::UserId> user = std::nullopt) {
    auto upload = service_.begin(name, user);
    if (!upload) return std::unexpected(upload.error());
    if (auto written = upload->write(content); !written) return std::unexpected(written.error());
    return upload->finish();
  }

  // Sends it in a message; the number of that.
  chat::MessageId send(const Attachment& attachment) {
    const auto sent = change(chat::Draft{.room_id = "room", .content = "", .attachment_ids = {attachment.id}});
    return std::get<chat::MessageSent>(sent.event.what).message.id;
  }
  void erase(chat::MessageId message) { change(chat::Deletion{.room_id = "room", .message_id = message}); }
  chat::Appended change(const chat::Change& change) {
    return store_.append({&change, 1}, now_.load()).value()[0].value();
  }

  // From now on its content cannot be removed: a folder has the file's name.
  void damage(const Attachment& attachment) {
    const std::string path = folder_.path() + "/blobs/" + attachment.sha256.substr(0, 2) + "/" + attachment.sha256;
    ASSERT_TRUE(std::filesystem::remove(path) && std::filesystem::create_directory(path));
  }

  // Content without an attachment, as a crash leaves it.
  void leave_content(std::string_view content) {
    const std::string sha256 = sha256_hex(content);
    const std::string shelf = folder_.path() + "/blobs/" + sha256.substr(0, 2);
    std::filesystem::create_directory(shelf);
    ASSERT_TRUE(std::ofstream(shelf + "/" + sha256) << content);
  }

  std::size_t blob_count() { return blobs_->list().value().size(); }

  TemporaryFolder folder_;
  std::unique_ptr<FileBlobStore> blobs_;
  MemoryStore store_;
  std::atomic<Time> now_{Time(hours(24 * 365 * 56))};
  AttachmentService service_{
      store_, *blobs_, {.bytes_max = 100, .user_bytes_max = 150}, [this] { return now_.load(); }};
};

TEST_F(AttachmentServiceTest, TellsWhatItFoundNotWhatItWasTold) {
  const auto attachment = upload("\x89PNG\r\n\x1A\n....", "..\\evil\n.html");
  ASSERT_TRUE(attachment);
  EXPECT_EQ(attachment->name, "evil.html");
  EXPECT_EQ(attachment->content_type, "image/png");
  EXPECT_EQ(attachment->size, 12U);
  EXPECT_EQ(attachment->created_at, now_.load());
  EXPECT_EQ(service_.get(attachment->id)->sha256, attachment->sha256);
  EXPECT_EQ((*service_.open(*attachment))->size(), 12U);
}

TEST_F(AttachmentServiceTest, OneFileHasALimit) {
  ASSERT_TRUE(upload(std::string(100, 'a')));
  const auto beyond = upload(std::string(101, 'a'));
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kResourceExhausted);
  ASSERT_EQ(beyond.error().violations.size(), 1U);
  EXPECT_EQ(beyond.error().violations[0].field, "file");
  auto in_pieces = service_.begin("a", std::nullopt);
  ASSERT_TRUE(in_pieces->write(std::string(60, 'a')));
  EXPECT_FALSE(in_pieces->write(std::string(41, 'a')));
  EXPECT_TRUE(in_pieces->write(std::string(40, 'a')));
}

TEST_F(AttachmentServiceTest, AllOfOneUserHaveALimit) {
  ASSERT_TRUE(upload(std::string(100, 'a'), "a", 1));
  const auto attachment = upload(std::string(50, 'b'), "b", 1);
  ASSERT_TRUE(attachment) << "at the limit";
  const auto beyond = upload("c", "c", 1);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kResourceExhausted);
  EXPECT_TRUE(beyond.error().violations.empty());
  EXPECT_NE(beyond.error().detail.find("150 bytes (--max-attachments-user-bytes)"), std::string::npos);
  EXPECT_TRUE(upload(std::string(100, 'a'), "a", 2)) << "of somebody else";
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(upload(std::string(100, 'a'))) << "of nobody";
  now_ = now_.load() + hours(25);
  ASSERT_TRUE(service_.remove_unused());
  EXPECT_TRUE(upload("c", "c", 1)) << "the others are gone";
}

TEST_F(AttachmentServiceTest, WhatIsBeyondTheLimitOfItsUserIsNotTakenToItsEnd) {
  ASSERT_TRUE(upload(std::string(100, 'a'), "a", 1));
  auto late = service_.begin("b", 1);
  ASSERT_TRUE(late->write(std::string(50, 'b')));
  const auto before = blobs_->used_bytes();
  const auto beyond = late->write("b");
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(blobs_->used_bytes(), before) << "it was written all the same";
}

TEST_F(AttachmentServiceTest, OfUploadsThatBeganTogetherTheLastIsRefused) {
  std::vector<chat::AttachmentUpload> uploads;
  for (int i = 0; i < 2; ++i) uploads.push_back(*service_.begin("a", 1));
  for (auto& each : uploads) ASSERT_TRUE(each.write(std::string(76, 'a')));
  ASSERT_TRUE(uploads[0].finish());
  const auto late = uploads[1].finish();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(late.error().detail.find("--max-attachments-user-bytes"), std::string::npos);
  EXPECT_EQ(blob_count(), 1U) << "the other one has it";
}

TEST_F(AttachmentServiceTest, AnEmptyFileIsRefused) {
  EXPECT_EQ(upload("").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(folder_.count_files("blobs/incoming"), 0U);
}

TEST_F(AttachmentServiceTest, ContentGoesWithItsLastAttachment) {
  const auto first = upload("the same");
  const auto second = upload("the same", "b.txt");
  const auto message = send(*first);
  const auto other = send(*second);
  ASSERT_EQ(blob_count(), 1U);
  erase(message);
  EXPECT_EQ(service_.remove_unused().value(), 1U);
  EXPECT_EQ(blob_count(), 1U);
  EXPECT_EQ(service_.get(first->id).error().code, ErrorCode::kNotFound);
  erase(other);
  EXPECT_EQ(service_.remove_unused().value(), 1U);
  EXPECT_EQ(blob_count(), 0U);
  EXPECT_EQ(blobs_->used_bytes(), 0U);
}

TEST_F(AttachmentServiceTest, WhatAMessageHasStays) {
  const auto attachment = upload("content");
  const auto first = send(*attachment);
  const auto second = send(*attachment);
  now_ = now_.load() + hours(1000);
  EXPECT_EQ(service_.remove_unused().value(), 0U);
  erase(first);
  EXPECT_EQ(service_.remove_unused().value(), 0U);
  EXPECT_EQ(blob_count(), 1U);
  erase(second);
  EXPECT_EQ(service_.remove_unused().value(), 1U);
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(AttachmentServiceTest, WhatNoMessageTakesInADayGoes) {
  auto attachment = *upload("content");
  for (int i = 1; i < 250; ++i) {  // more than one piece
    attachment.id = std::to_string(i);
    ASSERT_TRUE(store_.add_attachment(attachment, 0));
  }
  now_ = now_.load() + hours(24);
  EXPECT_EQ(service_.remove_unused().value(), 0U) << "a day has not passed";
  now_ = now_.load() + std::chrono::microseconds(1);
  std::vector<std::size_t> pieces;
  do pieces.push_back(service_.remove_unused().value());
  while (pieces.back() > 0);
  EXPECT_EQ(pieces, (std::vector<std::size_t>{100, 100, 50, 0}));
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(AttachmentServiceTest, IsDueOnlyWhenThereMayBeSomething) {
  EXPECT_TRUE(service_.any_due()) << "what an earlier run left";
  ASSERT_TRUE(service_.remove_unused());
  EXPECT_FALSE(service_.any_due());
  const auto attachment = upload("content");
  const auto message = send(*attachment);
  EXPECT_FALSE(service_.any_due());
  erase(message);
  EXPECT_TRUE(service_.any_due());
  ASSERT_TRUE(service_.remove_unused());
  EXPECT_FALSE(service_.any_due());
  now_ = now_.load() + std::chrono::minutes(10);
  EXPECT_TRUE(service_.any_due()) << "uploads may have waited too long";
}

TEST_F(AttachmentServiceTest, IsDueUntilEveryPieceIsRemoved) {
  ASSERT_TRUE(service_.remove_unused());
  for (int i = 0; i < 150; ++i) erase(send(*upload("content")));
  EXPECT_TRUE(service_.any_due());
  ASSERT_TRUE(service_.remove_unused());
  EXPECT_TRUE(service_.any_due());
  ASSERT_TRUE(service_.remove_unused());
  EXPECT_FALSE(service_.any_due());
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(AttachmentServiceTest, ContentThatACrashLeftGoesPieceByPiece) {
  ASSERT_TRUE(service_.remove_unused());
  const auto known = upload("known");
  for (int i = 0; i < 1'500; ++i) leave_content(std::to_string(i));
  service_.check(*blobs_->list());
  std::vector<std::size_t> left;
  while (service_.any_due()) {
    ASSERT_TRUE(service_.remove_unused());
    left.push_back(blob_count());
  }
  ASSERT_EQ(left.size(), 2U);
  EXPECT_THAT(left[0], testing::AllOf(testing::Ge(501U), testing::Le(502U)));
  EXPECT_EQ(left[1], 1U);
  EXPECT_TRUE(service_.open(*known));
}

TEST_F(AttachmentServiceTest, ContentThatCannotBeRemovedIsLeftToTheNextStart) {
  ASSERT_TRUE(service_.remove_unused());
  for (const char* content : {"damaged", "one", "two"}) leave_content(content);
  auto found = *blobs_->list();
  damage({.sha256 = sha256_hex("damaged")});
  service_.check(std::move(found));
  int failures = 0;
  for (int looks = 0; looks < 2; ++looks) {
    failures += service_.remove_unused() ? 0 : 1;
    now_ = now_.load() + std::chrono::seconds(5);
  }
  EXPECT_EQ(failures, 1);
  EXPECT_FALSE(service_.any_due());
  EXPECT_EQ(folder_.count_files("blobs"), 2U) << "the lock and the owner";
}

TEST_F(AttachmentServiceTest, ContentThatIsUploadedWhileItIsCheckedStays) {
  for (int round = 0; round < 10; ++round) {
    const std::string content = std::to_string(round);
    std::optional<Attachment> attachment;
    std::atomic<bool> uploading = true;
    {
      const std::jthread uploads([&] {
        attachment = upload(content).value();
        uploading = false;
      });
      while (uploading) {
        service_.check({{.sha256 = sha256_hex(content)}});
        ASSERT_TRUE(service_.remove_unused());
      }
    }
    EXPECT_TRUE(service_.open(*attachment)) << "its content is gone";
  }
}

TEST_F(AttachmentServiceTest, ContentThatCannotBeRemovedDoesNotKeepTheOthers) {
  std::vector<Attachment> whole;
  for (int i = 0; i < 10; ++i) {
    const auto attachment = *upload(std::to_string(i));
    erase(send(attachment));
    if (i % 2 == 0) {
      damage(attachment);
    } else {
      whole.push_back(attachment);
    }
  }
  EXPECT_EQ(service_.remove_unused().error().code, ErrorCode::kUnavailable);
  for (const Attachment& attachment : whole) EXPECT_FALSE(service_.open(attachment)) << "its content is left";
}

// A storage that fails, and can say that it has failed though it has not.
class FailingStore final : public chat::AttachmentStore {
 public:
  explicit FailingStore(MemoryStore& store) : store_(store) {}
  Result<void> add_attachment(const Attachment& attachment, std::uint64_t user_bytes_max) override {
    if (adds_before_failing) static_cast<void>(store_.add_attachment(attachment, user_bytes_max));
    return fail(ErrorCode::kUnavailable, "failed");
  }
  Result<std::uint64_t> attachment_bytes(chat::UserId user) override { return store_.attachment_bytes(user); }
  Result<Attachment> get_attachment(std::string_view id) override { return store_.get_attachment(id); }
  Result<std::vector<Attachment>> list_unused(Time before, std::int32_t limit) override {
    return store_.list_unused(before, limit);
  }
  Result<std::vector<std::string>> remove_unused(std::span<const chat::AttachmentId>) override {
    return fail(ErrorCode::kUnavailable, "failed");
  }
  Result<bool> has_content(std::string_view sha256) override { return store_.has_content(sha256); }
  std::uint64_t released() const override { return store_.released(); }

  bool adds_before_failing = false;

 private:
  MemoryStore& store_;
};

TEST_F(AttachmentServiceTest, AFailedStorageLeavesNoContent) {
  FailingStore failing(store_);
  AttachmentService service(failing, *blobs_, {}, system_now);
  const auto try_upload = [&service] {
    auto upload = service.begin("a", std::nullopt);
    return upload->write("content") && upload->finish();
  };
  EXPECT_FALSE(try_upload());
  EXPECT_EQ(blob_count(), 0U);
  failing.adds_before_failing = true;
  EXPECT_FALSE(try_upload());
  EXPECT_EQ(blob_count(), 1U) << "its attachment exists";
}

TEST_F(AttachmentServiceTest, WhatCannotBeRemovedIsDueAgainSomeSecondsLater) {
  FailingStore failing(store_);
  AttachmentService service(failing, *blobs_, {}, [this] { return now_.load(); });
  erase(send(*upload("content")));
  ASSERT_TRUE(service.any_due());
  EXPECT_FALSE(service.remove_unused());
  EXPECT_FALSE(service.any_due());
  now_ = now_.load() + std::chrono::seconds(5);
  EXPECT_TRUE(service.any_due());
  EXPECT_EQ(blob_count(), 1U) << "its attachment exists";
}

TEST_F(AttachmentServiceTest, UploadsAndRemovalsOfTheSameContentDoNotLoseIt) {
  constexpr int kRounds = 60;
  std::atomic<int> missing{0};
  std::atomic<int> working{3};
  const auto work = [&] {
    for (int i = 0; i < kRounds; ++i) {
      const auto attachment = upload("the same content");
      if (!attachment || !service_.open(*attachment)) {
        ++missing;
      } else {
        erase(send(*attachment));
      }
    }
    --working;
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(work);
    while (working > 0) ASSERT_TRUE(service_.remove_unused());
  }
  ASSERT_TRUE(service_.remove_unused());
  ASSERT_TRUE(service_.remove_unused());
  EXPECT_EQ(missing, 0) << "an attachment without its content";
  EXPECT_EQ(blob_count(), 0U);
  EXPECT_EQ(blobs_->used_bytes(), 0U);
}

}  // namespace
}  // namespace vestnik::storage
