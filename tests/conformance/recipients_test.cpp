#include <rapidcheck.h>

#include "conformance/delivery_support.hpp"
#include "delivery/recipient_rules.hpp"

namespace vestnik::conformance {
namespace {

using delivery::Channel;
using delivery::NewRecipient;
using delivery::Recipient;
using delivery::RecipientFilter;

constexpr Time kNow{1'700'000'000'000'000us};

NewRecipient person(std::string phone, std::string tag = "") {
  return must(delivery::check_recipient({.phone = std::move(phone), .tag = std::move(tag)}));
}

NewRecipient values_of(const Recipient& recipient) {
  return {.phone = recipient.phone,
          .operator_code = recipient.operator_code,
          .tag = recipient.tag,
          .time_zone = recipient.time_zone,
          .addresses = recipient.addresses,
          .attributes = recipient.attributes,
          .unsubscribed = recipient.unsubscribed};
}

class Recipients : public DeliveryStoreTest {
 protected:
  std::vector<std::string> phones(const RecipientFilter& filter) {
    std::vector<std::string> found;
    for (const Recipient& each : must(store().list_recipients(filter, 0, 1'000))) found.push_back(each.phone);
    return found;
  }
};

TEST_P(Recipients, AreGivenBackAsTheyWereMade) {
  NewRecipient whole = person("79161234567", "vip");
  whole.time_zone = "Europe/Moscow";
  whole.addresses = {{Channel::kTelegram, "-100123"}, {Channel::kViber, "aGk="}, {Channel::kWhatsapp, "79161234567"}};
  whole.attributes = {{"city", "Тверь = Tver"}, {"empty", ""}, {"name", "Анна \"A\""}};
  whole.unsubscribed = true;
  const Recipient made = must(store().create_recipient(whole, kNow));
  EXPECT_EQ(values_of(made), whole);
  EXPECT_EQ(made.created_at, kNow);
  EXPECT_EQ(must(store().get_recipient(made.id)), made);
  reopen();
  EXPECT_EQ(must(store().get_recipient(made.id)), made);
}

TEST_P(Recipients, HaveAPhoneEach) {
  const auto first = must(store().create_recipient(person("79161234567"), kNow));
  EXPECT_EQ(code_of(store().create_recipient(person("79161234567"), kNow)), ErrorCode::kAlreadyExists);
  must(store().remove_recipient(first.id));
  const auto second = must(store().create_recipient(person("79161234567"), kNow));
  EXPECT_GT(second.id, first.id);
}

TEST_P(Recipients, AreChangedInPart) {
  const auto made = must(store().create_recipient(person("79161234567", "vip"), kNow));
  auto changed = must(store().update_recipient(made.id, {.tag = "new", .attributes = {{"a", "1"}, {"b", ""}}}));
  EXPECT_EQ(changed.tag, "new");
  EXPECT_EQ(changed.phone, "79161234567");
  changed = must(store().update_recipient(made.id, {.phone = "79031234567"}));
  EXPECT_EQ(changed.operator_code, "903");
  EXPECT_EQ(changed.attributes, (delivery::Attributes{{"a", "1"}}));
  EXPECT_EQ(must(store().get_recipient(made.id)), changed);
}

TEST_P(Recipients, AreNotChangedIntoWhatMayNotBe) {
  const auto made = must(store().create_recipient(person("79161234567"), kNow));
  const auto other = must(store().create_recipient(person("79031234567"), kNow));
  EXPECT_EQ(code_of(store().update_recipient(made.id, {.phone = "79031234567"})), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(store().update_recipient(made.id, {.phone = "123"})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(store().update_recipient(77, {.tag = "x"})), ErrorCode::kNotFound);
  EXPECT_EQ(must(store().get_recipient(made.id)), made);
  EXPECT_EQ(must(store().get_recipient(other.id)), other);
}

TEST_P(Recipients, AreGoneOnceRemoved) {
  const auto made = must(store().create_recipient(person("79161234567"), kNow));
  must(store().remove_recipient(made.id));
  EXPECT_EQ(code_of(store().get_recipient(made.id)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(store().remove_recipient(made.id)), ErrorCode::kNotFound);
  EXPECT_EQ(must(store().count_recipients({})), 0);
}

TEST_P(Recipients, AreListedInPages) {
  for (int i = 0; i < 5; ++i) must(store().create_recipient(person("7916000000" + std::to_string(i)), kNow));
  const auto first = must(store().list_recipients({}, 0, 2));
  ASSERT_EQ(first.size(), 2u);
  const auto second = must(store().list_recipients({}, first.back().id, 10));
  ASSERT_EQ(second.size(), 3u);
  EXPECT_EQ(second.front().phone, "79160000002");
  EXPECT_TRUE(must(store().list_recipients({}, second.back().id, 10)).empty());
}

TEST_P(Recipients, AreFoundByAnyOfTheCodesAndAnyOfTheTags) {
  for (const auto& [phone, tag] : {std::pair("79160000001", "a"),
                                   {"79160000002", "b"},
                                   {"79030000003", "a"},
                                   {"79030000004", ""},
                                   {"79990000005", "\"quoted\", [1]"}}) {
    must(store().create_recipient(person(phone, tag), kNow));
  }
  EXPECT_EQ(phones({}).size(), 5u);
  EXPECT_EQ(phones({.operator_codes = {"916"}}), (std::vector<std::string>{"79160000001", "79160000002"}));
  EXPECT_EQ(phones({.tags = {"a"}}), (std::vector<std::string>{"79160000001", "79030000003"}));
  EXPECT_EQ(phones({.operator_codes = {"903", "916"}, .tags = {"a", "c"}}),
            (std::vector<std::string>{"79160000001", "79030000003"}));
  EXPECT_EQ(phones({.tags = {""}}), (std::vector<std::string>{"79030000004"}));
  EXPECT_EQ(phones({.tags = {"\"quoted\", [1]"}}), (std::vector<std::string>{"79990000005"}));
  EXPECT_TRUE(phones({.operator_codes = {"9"}}).empty());
  EXPECT_EQ(must(store().count_recipients({.operator_codes = {"916"}})), 2);
}

TEST_P(Recipients, AreImportedByTheirPhones) {
  const auto known = must(store().create_recipient(person("79160000001", "old"), kNow));
  const std::vector<NewRecipient> batch{person("79160000001", "new"), person("79160000002"),
                                        person("79160000002", "again")};
  const auto imported = must(store().import_recipients(batch, kNow + 1s));
  EXPECT_EQ(imported.created, 1);
  EXPECT_EQ(imported.updated, 2);
  const auto updated = must(store().get_recipient(known.id));
  EXPECT_EQ(updated.tag, "new");
  EXPECT_EQ(updated.created_at, kNow);
  EXPECT_EQ(must(store().list_recipients({}, known.id, 10)).at(0).tag, "again");
}

VESTNIK_ON_EVERY_DELIVERY_STORAGE(Recipients);

// Any sequence of calls has the same answers as in memory.
TEST(RecipientsModel, IsWhatEveryStorageDoes) {
  rc::check("answers are the same", [] {
    for (const DeliveryStorage& storage : delivery_storages()) {
      TempFolder folder;
      const auto model = must(storage::open_delivery("memory:", {}));
      const auto tested = must(storage::open_delivery(storage.url_in(folder), {}));
      const auto phone = [] { return "7916000000" + std::to_string(*rc::gen::inRange(0, 6)); };
      const auto tag = [] { return std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 3))); };
      const int steps = *rc::gen::inRange(1, 40);
      for (int step = 0; step < steps; ++step) {
        const std::int64_t id = *rc::gen::inRange(1, 9);
        const auto same = [](const auto& expected, const auto& found) {
          RC_ASSERT(expected.has_value() == found.has_value());
          if (!expected) RC_ASSERT(expected.error().detail == found.error().detail);
        };
        const auto same_value = [&same](const auto& expected, const auto& found) {
          same(expected, found);
          if (expected) RC_ASSERT(*expected == *found);
        };
        switch (*rc::gen::inRange(0, 5)) {
          case 0: {
            const NewRecipient one = person(phone(), tag());
            same_value(model->create_recipient(one, kNow), tested->create_recipient(one, kNow));
            break;
          }
          case 1: {
            const delivery::RecipientPatch patch{.phone = phone(), .tag = tag()};
            same_value(model->update_recipient(id, patch), tested->update_recipient(id, patch));
            break;
          }
          case 2:
            same(model->remove_recipient(id), tested->remove_recipient(id));
            break;
          case 3: {
            const std::vector<NewRecipient> some{person(phone(), tag()), person(phone(), tag())};
            same(model->import_recipients(some, kNow), tested->import_recipients(some, kNow));
            break;
          }
          default: {
            const RecipientFilter filter{.tags = {tag(), tag()}};
            same_value(model->list_recipients(filter, id, 3), tested->list_recipients(filter, id, 3));
            same_value(model->count_recipients(filter), tested->count_recipients(filter));
          }
        }
      }
      RC_ASSERT(*model->list_recipients({}, 0, 100) == *tested->list_recipients({}, 0, 100));
    }
  });
}

}  // namespace
}  // namespace vestnik::conformance
