#include "chat/attachment_service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/files/blob_store.hpp"
#include "storage/memory/memory_attachments.hpp"
#include "unit/storage/temporary_folder.hpp"

namespace vestnik::storage {
namespace {

using chat::Attachment;
using chat::AttachmentService;
using std::chrono::hours;

class AttachmentServiceTest : public testing::Test {
 protected:
  AttachmentServiceTest() : blobs_(*FileBlobStore::open(folder_.path() + "/blobs", "one", 1 << 30)) {}

  Result<Attachment> upload(std::string_view content, std::string_view name = "a.txt") {
    auto upload = service_.begin(name, std::nullopt);
    if (!upload) return std::unexpected(upload.error());
    if (auto written = upload->write(content); !written) return std::unexpected(written.error());
    return upload->finish();
  }

  std::size_t blob_count() { return blobs_->list().value().size(); }

  TemporaryFolder folder_;
  std::unique_ptr<FileBlobStore> blobs_;
  MemoryAttachments table_;
  std::atomic<Time> now_{Time(hours(24 * 365 * 56))};
  AttachmentService service_{table_, *blobs_, {.bytes_max = 100}, [this] { return now_.load(); }};
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

TEST_F(AttachmentServiceTest, AnEmptyFileIsRefused) {
  EXPECT_EQ(upload("").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(folder_.count_files("blobs/incoming"), 0U);
}

TEST_F(AttachmentServiceTest, ContentGoesWithItsLastAttachment) {
  const auto first = upload("the same");
  const auto second = upload("the same", "b.txt");
  ASSERT_EQ(blob_count(), 1U);
  ASSERT_TRUE(service_.release({{*first}}));
  EXPECT_EQ(blob_count(), 1U);
  EXPECT_EQ(service_.get(first->id).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(service_.release({{*second}}));
  EXPECT_EQ(blob_count(), 0U);
  EXPECT_EQ(blobs_->used_bytes(), 0U);
}

TEST_F(AttachmentServiceTest, WhatAMessageHasStays) {
  const auto attachment = upload("content");
  ASSERT_TRUE(table_.refer(attachment->id, 1));
  ASSERT_TRUE(service_.release({{*attachment}}));
  now_ = now_.load() + hours(1000);
  EXPECT_EQ(service_.remove_unclaimed().value(), 0U);
  EXPECT_EQ(blob_count(), 1U);
  ASSERT_TRUE(table_.refer(attachment->id, -1));
  ASSERT_TRUE(service_.release({{*attachment}}));
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(AttachmentServiceTest, WhatNoMessageTakesInADayGoes) {
  auto attachment = *upload("content");
  for (int i = 1; i < 1200; ++i) {  // more than the service looks at in one go
    attachment.id = std::to_string(i);
    ASSERT_TRUE(table_.add_attachment(attachment));
  }
  now_ = now_.load() + hours(24);
  EXPECT_EQ(service_.remove_unclaimed().value(), 0U) << "a day has not passed";
  now_ = now_.load() + std::chrono::microseconds(1);
  EXPECT_EQ(service_.remove_unclaimed().value(), 1200U);
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(AttachmentServiceTest, ContentThatACrashLeftGoesAtTheStart) {
  const auto known = upload("known");
  auto orphan = blobs_->begin();
  ASSERT_TRUE((*orphan)->write("unknown") && (*orphan)->finish() && (*orphan)->keep());
  ASSERT_EQ(blob_count(), 2U);
  EXPECT_EQ(service_.recover().value(), 1U);
  EXPECT_EQ(blobs_->list().value().front().sha256, known->sha256);
}

// A table that fails, and can say that it has failed though it has not.
class FailingTable final : public chat::AttachmentStore {
 public:
  explicit FailingTable(MemoryAttachments& table) : table_(table) {}
  Result<void> add_attachment(const Attachment& attachment) override {
    if (adds_before_failing) static_cast<void>(table_.add_attachment(attachment));
    return fail(ErrorCode::kUnavailable, "failed");
  }
  Result<Attachment> get_attachment(std::string_view id) override { return table_.get_attachment(id); }
  Result<std::vector<Attachment>> list_unreferenced(Time before, std::int32_t limit) override {
    return table_.list_unreferenced(before, limit);
  }
  Result<bool> remove_attachment(std::string_view id) override { return table_.remove_attachment(id); }
  Result<bool> has_content(std::string_view sha256) override { return table_.has_content(sha256); }

  bool adds_before_failing = false;

 private:
  MemoryAttachments& table_;
};

TEST_F(AttachmentServiceTest, AFailedStorageLeavesNoContent) {
  FailingTable failing(table_);
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

TEST_F(AttachmentServiceTest, UploadsAndRemovalsOfTheSameContentDoNotLoseIt) {
  constexpr int kRounds = 60;
  std::atomic<int> missing{0};
  const auto work = [&] {
    for (int i = 0; i < kRounds; ++i) {
      const auto attachment = upload("the same content");
      if (!attachment || !service_.open(*attachment)) {
        ++missing;
      } else if (!service_.release({{*attachment}})) {
        ++missing;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  }
  EXPECT_EQ(missing, 0) << "an attachment without its content";
  EXPECT_EQ(blob_count(), 0U);
  EXPECT_EQ(blobs_->used_bytes(), 0U);
}

}  // namespace
}  // namespace vestnik::storage
