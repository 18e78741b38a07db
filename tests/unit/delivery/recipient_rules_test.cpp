#include "delivery/recipient_rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vestnik::delivery {
namespace {

constexpr std::string_view kPhone = "79161234567";

std::string field_of(const Result<NewRecipient>& result) {
  return result ? "" : result.error().violations.at(0).field;
}

NewRecipient with(auto change) {
  NewRecipient recipient{.phone = std::string(kPhone)};
  change(recipient);
  return recipient;
}

TEST(RecipientRules, AnOperatorCodeIsThatOfThePhoneUnlessGiven) {
  EXPECT_EQ(check_recipient({.phone = "79161234567"})->operator_code, "916");
  EXPECT_EQ(check_recipient({.phone = "79161234567", .operator_code = "903"})->operator_code, "903");
}

TEST(RecipientRules, APhoneIsSevenAndTenDigits) {
  for (const char* wrong :
       {"", "7", "7916123456", "791612345678", "89161234567", "+79161234567", "7916123456a", "7 9161234567"}) {
    EXPECT_EQ(field_of(check_recipient({.phone = wrong})), "phone") << wrong;
  }
}

TEST(RecipientRules, RefuseWhatIsNotSo) {
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.operator_code = "91"; }))), "operator_code");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.operator_code = "9a6"; }))), "operator_code");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.tag = "a\nb"; }))), "tag");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.tag = std::string(65, 'a'); }))), "tag");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.tag = "\xff"; }))), "tag");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.time_zone = "Mars/Base"; }))), "time_zone");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.attributes = {{"a b", "1"}}; }))), "attributes");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.attributes = {{"", "1"}}; }))), "attributes");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) { each.attributes = {{"a", "1\n2"}}; }))), "attributes");
  EXPECT_EQ(field_of(check_recipient(with([](auto& each) {
              for (int i = 0; i < 51; ++i) each.attributes.emplace("a" + std::to_string(i), "");
            }))),
            "attributes");
}

TEST(RecipientRules, AnAddressIsOfItsChannel) {
  for (const char* right : {"1", "-1001234567890", "@anna_k", "@a1234"}) {
    EXPECT_TRUE(check_address(Channel::kTelegram, right)) << right;
  }
  for (const char* wrong :
       {"", "@", "@anna", "@1anna", "anna", "0", "-", "-0", "1234567890123456789", "@a-b-c", "1.5"}) {
    EXPECT_FALSE(check_address(Channel::kTelegram, wrong)) << wrong;
  }
  EXPECT_TRUE(check_address(Channel::kWhatsapp, "79161234567"));
  for (const char* wrong : {"", "+79161234567", "123456", "1234567890123456", "0123456789"}) {
    EXPECT_FALSE(check_address(Channel::kWhatsapp, wrong)) << wrong;
  }
  EXPECT_TRUE(check_address(Channel::kViber, "01234567890A="));
  EXPECT_FALSE(check_address(Channel::kViber, "a b"));
  EXPECT_FALSE(check_address(Channel::kViber, ""));
  EXPECT_FALSE(check_address(Channel::kProbe, "79161234567"));
}

TEST(RecipientRules, AnotherPhoneBringsItsOperatorCodeUnlessOneWasChosen) {
  Recipient recipient{.phone = std::string(kPhone), .operator_code = "916"};
  EXPECT_EQ(change_recipient(recipient, {.phone = "79031234567"})->operator_code, "903");
  recipient.operator_code = "999";
  EXPECT_EQ(change_recipient(recipient, {.phone = "79031234567"})->operator_code, "999");
  EXPECT_EQ(change_recipient(recipient, {.operator_code = "111"})->operator_code, "111");
}

TEST(RecipientRules, AddressesAndAttributesAreSetOneByOne) {
  const Recipient recipient{.phone = std::string(kPhone),
                            .operator_code = "916",
                            .addresses = {{Channel::kTelegram, "1"}, {Channel::kWhatsapp, "79161234567"}},
                            .attributes = {{"a", "1"}, {"b", "2"}}};
  const auto changed = change_recipient(recipient, {.addresses = {{Channel::kTelegram, ""}, {Channel::kViber, "x"}},
                                                    .attributes = {{"b", "3"}, {"c", ""}}});
  EXPECT_EQ(changed->addresses, (Addresses{{Channel::kViber, "x"}, {Channel::kWhatsapp, "79161234567"}}));
  EXPECT_EQ(changed->attributes, (Attributes{{"a", "1"}, {"b", "3"}}));
}

TEST(RecipientFilter, AnEmptyListMeansAll) {
  const Recipient recipient{.operator_code = "916", .tag = "vip"};
  EXPECT_TRUE(RecipientFilter{}.matches(recipient));
  EXPECT_TRUE((RecipientFilter{.operator_codes = {"903", "916"}}.matches(recipient)));
  EXPECT_FALSE((RecipientFilter{.operator_codes = {"916"}, .tags = {"other"}}.matches(recipient)));
}

TEST(Channel, HasAName) {
  for (const Channel channel : kChannels) EXPECT_EQ(parse_channel(name_of(channel)), channel);
  EXPECT_FALSE(parse_channel("icq"));
}

}  // namespace
}  // namespace vestnik::delivery
