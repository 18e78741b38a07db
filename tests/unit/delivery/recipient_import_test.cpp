#include "delivery/recipient_import.hpp"

#include <gtest/gtest.h>

#include <map>

namespace vestnik::delivery {
namespace {

using namespace std::chrono_literals;

// Keeps what is imported, batch by batch.
class FakeRecipientStore final : public RecipientStore {
 public:
  Result<Imported> import_recipients(std::span<const NewRecipient> recipients, Time) override {
    if (fails) return fail(ErrorCode::kUnavailable, "no store");
    batches.push_back(recipients.size());
    Imported imported;
    for (const NewRecipient& each : recipients) {
      ++(by_phone.insert_or_assign(each.phone, each).second ? imported.created : imported.updated);
    }
    return imported;
  }

  Result<Recipient> create_recipient(const NewRecipient&, Time) override { return Recipient{}; }
  Result<Recipient> get_recipient(RecipientId) override { return Recipient{}; }
  Result<Recipient> update_recipient(RecipientId, const RecipientPatch&) override { return Recipient{}; }
  Result<void> remove_recipient(RecipientId) override { return {}; }
  Result<std::vector<Recipient>> list_recipients(const RecipientFilter&, RecipientId, std::int32_t) override {
    return std::vector<Recipient>{};
  }
  Result<std::int64_t> count_recipients(const RecipientFilter&) override { return 0; }

  std::map<std::string, NewRecipient> by_phone;
  std::vector<std::size_t> batches;
  bool fails = false;
};

class RecipientImportTest : public testing::Test {
 protected:
  Result<ImportReport> import(std::string_view csv) {
    RecipientImport import(store_, [] { return Time(1s); });
    if (auto fed = import.feed(csv); !fed) return std::unexpected(fed.error());
    return import.finish();
  }

  FakeRecipientStore store_;
};

TEST_F(RecipientImportTest, ColumnsAreFoundByTheirNames) {
  const auto report =
      import("Tag, PHONE ,city,Telegram,time_zone,unsubscribed\nvip, 79161234567 ,Тверь,@anna_k,+03:00,yes\n");
  ASSERT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_EQ(report->rows, 1);
  EXPECT_EQ(report->imported.created, 1);
  const NewRecipient expected{.phone = "79161234567",
                              .operator_code = "916",
                              .tag = "vip",
                              .time_zone = "+03:00",
                              .addresses = {{Channel::kTelegram, "@anna_k"}},
                              .attributes = {{"city", "Тверь"}},
                              .unsubscribed = true};
  EXPECT_EQ(store_.by_phone.at("79161234567"), expected);
}

TEST_F(RecipientImportTest, WrongRowsAreNamedAndTheOthersTaken) {
  const auto report = import(
      "phone,tag,unsubscribed\n79160000001,a,\n89160000002,b,\n79160000003\n79160000004,\xC0,\n\n79160000005,c,"
      "maybe\n\"79160000006\",d,0\n");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->rows, 6);
  EXPECT_EQ(report->imported.created, 2);
  EXPECT_EQ(report->refused, 4);
  std::vector<std::uint64_t> lines;
  for (const RefusedRow& row : report->first_refused) lines.push_back(row.line);
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{3, 4, 5, 7}));
  EXPECT_EQ(report->first_refused[1].reason, "1 values for 3 columns");
  EXPECT_TRUE(report->first_refused[2].reason.find("Windows-1251") != std::string::npos);
}

TEST_F(RecipientImportTest, WithoutAHeaderNothingIsTaken) {
  for (const char* csv :
       {"", "79161234567,vip\n", "tag\nvip\n", "phone,phone\n1,2\n", "phone,a b\n1,2\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(import(csv).error().code, ErrorCode::kInvalidArgument) << csv;
  }
  EXPECT_TRUE(store_.by_phone.empty());
}

TEST_F(RecipientImportTest, IsWrittenInBatches) {
  std::string csv = "phone\n";
  for (int i = 0; i < 2'500; ++i) csv += std::to_string(79'160'000'000 + i) + "\n";
  const auto report = import(csv);
  EXPECT_EQ(report->imported.created, 2'500);
  EXPECT_EQ(store_.batches, (std::vector<std::size_t>{1'000, 1'000, 500}));
}

TEST_F(RecipientImportTest, AFailureOfTheStoreEndsIt) {
  store_.fails = true;
  EXPECT_EQ(import("phone\n79161234567\n").error().code, ErrorCode::kUnavailable);
}

TEST_F(RecipientImportTest, NotAllThatIsWrongIsKept) {
  std::string csv = "phone\n";
  for (int i = 0; i < 1'500; ++i) csv += "1\n";
  const auto report = import(csv);
  EXPECT_EQ(report->refused, 1'500);
  EXPECT_EQ(report->first_refused.size(), RecipientImport::kRefusedShown);
}

}  // namespace
}  // namespace vestnik::delivery
