// The codec beside protobuf's own JSON on random messages of the contract, and on damaged texts.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <set>

#include "api/transcoder/json_codec.hpp"
#include "base/clock.hpp"
#include "unit/api/sample_contract.hpp"
#include "vestnik/api/v1/options.pb.h"
#include "vestnik/chat/v1/chat.pb.h"
#include "vestnik/ops/v1/ops.pb.h"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;
using google::protobuf::util::MessageDifferencer;
namespace dom = simdjson::dom;

constexpr int kDepthMax = 4;

std::string random_text() {
  std::string text;
  for (const auto code_point : *rc::gen::container<std::vector<std::uint32_t>>(
           rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0x01, 0x80), rc::gen::inRange<std::uint32_t>(0x80, 0xD800),
                          rc::gen::inRange<std::uint32_t>(0xE000, 0x110000)))) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code_point < 0x80) {
      put(code_point);
    } else if (code_point < 0x800) {
      put(0xC0 | code_point >> 6), put(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
      put(0xE0 | code_point >> 12), put(0x80 | (code_point >> 6 & 0x3F)), put(0x80 | (code_point & 0x3F));
    } else {
      put(0xF0 | code_point >> 18), put(0x80 | (code_point >> 12 & 0x3F)), put(0x80 | (code_point >> 6 & 0x3F));
      put(0x80 | (code_point & 0x3F));
    }
  }
  return text;
}

template <typename Number>
Number random_integer() {
  return *rc::gen::oneOf(rc::gen::arbitrary<Number>(), rc::gen::inRange<Number>(0, 100),
                         rc::gen::element(std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max()));
}

void fill(Message& message, bool with_enums, int depth);

// Sets one value; adds one to a repeated field.
void fill_value(Message& message, const FieldDescriptor* field, bool with_enums, int depth) {
  const Reflection& r = *message.GetReflection();
  const bool add = field->is_repeated();
  const auto put = [&](auto set, auto append, auto value) { (r.*(add ? append : set))(&message, field, value); };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&Reflection::SetInt32, &Reflection::AddInt32, random_integer<int>());
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&Reflection::SetInt64, &Reflection::AddInt64, random_integer<std::int64_t>());
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32, random_integer<std::uint32_t>());
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&Reflection::SetUInt64, &Reflection::AddUInt64, random_integer<std::uint64_t>());
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&Reflection::SetDouble, &Reflection::AddDouble, *rc::gen::arbitrary<double>());
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(&Reflection::SetFloat, &Reflection::AddFloat, *rc::gen::arbitrary<float>());
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, *rc::gen::arbitrary<bool>());
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&Reflection::SetString, &Reflection::AddString,
                 field->type() == FieldDescriptor::TYPE_BYTES ? *rc::gen::arbitrary<std::string>() : random_text());
    case FieldDescriptor::CPPTYPE_ENUM:
      if (!with_enums) return;
      return put(&Reflection::SetEnum, &Reflection::AddEnum,
                 field->enum_type()->value(*rc::gen::inRange(1, field->enum_type()->value_count())));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  Message& inner = *(add ? r.AddMessage(&message, field) : r.MutableMessage(&message, field));
  if (field->message_type()->full_name() != "google.protobuf.Timestamp") return fill(inner, with_enums, depth + 1);
  const Descriptor& time = *inner.GetDescriptor();
  inner.GetReflection()->SetInt64(&inner, time.field(0),
                                  *rc::gen::inRange<std::int64_t>(-62'135'596'800, 253'402'300'799));
  inner.GetReflection()->SetInt32(&inner, time.field(1), *rc::gen::inRange(0, 1'000'000) * 1'000);
}

void fill(Message& message, bool with_enums, int depth = 0) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const bool deep = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && depth >= kDepthMax;
    if (deep || *rc::gen::inRange(0, 3) == 0) continue;
    // Two entries of a map may get the same key by chance, which a message may hold but JSON may not.
    const int count = field->is_map() ? 1 : field->is_repeated() ? *rc::gen::inRange(0, 4) : 1;
    for (int k = 0; k < count; ++k) fill_value(message, field, with_enums, depth);
  }
}

std::string encode(const Message& message) {
  std::string out;
  append_json(out, message);
  return out;
}

std::string damaged(std::string text) {
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const char c = *rc::gen::element('"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', '-', 'e', '.', 'n', 't', 'u',
                                     '\n', '\xff', '\xc3');
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        text[at] = c;
        break;
      case 1:
        text.insert(at, 1, c);
        break;
      default:
        text.erase(at, 1);
        break;
    }
  }
  return text;
}

// By simdjson's other parser, which reads the whole text at once. It refuses whole numbers of more than 64 bits, which
// are JSON all the same and right for a double.
bool is_json(const std::string& text) {
  dom::parser parser;
  const auto error = parser.parse(text).error();
  if (error != simdjson::NUMBER_ERROR) return error == simdjson::SUCCESS;
  constexpr std::ptrdiff_t kLongDigits = 19;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::search_n(text, kLongDigits, true, {}, is_digit).size() > 0;
}

// The names of the lists that are left out when they are empty.
const std::set<std::string, std::less<>>& absent_when_empty() {
  static const auto names = [] {
    std::set<std::string, std::less<>> marked;
    const auto* file = chat::v1::Message::descriptor()->file();
    for (int i = 0; i < file->message_type_count(); ++i) {
      for (int j = 0; j < file->message_type(i)->field_count(); ++j) {
        const FieldDescriptor& field = *file->message_type(i)->field(j);
        if (field.options().GetExtension(v1::absent_when_empty)) marked.insert(field.name());
      }
    }
    return marked;
  }();
  return names;
}

bool is_left_out(std::string_view name, dom::element theirs) {
  return theirs.is_array() && theirs.get_array().value().size() == 0 && absent_when_empty().contains(name);
}

// Equal apart from the documented differences: protobuf writes 64-bit integers as strings, times with 0, 3, 6 or 9
// digits, and every empty list.
bool same(dom::element ours, dom::element theirs) {
  if (ours.is_object() && theirs.is_object()) {
    const dom::object left = ours.get_object();
    const dom::object right = theirs.get_object();
    for (const auto [key, value] : left) {
      dom::element other;
      if (right.at_key(key).get(other) != simdjson::SUCCESS || !same(value, other)) return false;
    }
    const auto left_out =
        std::ranges::count_if(right, [](const auto& member) { return is_left_out(member.key, member.value); });
    return left.size() + static_cast<std::size_t>(left_out) == right.size();
  }
  if (ours.is_array() && theirs.is_array()) {
    const dom::array left = ours.get_array();
    const dom::array right = theirs.get_array();
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!same(left.at(i), right.at(i))) return false;
    }
    return true;
  }
  if (ours.is_string() && theirs.is_string()) {
    const std::string_view left = ours;
    const std::string_view right = theirs;
    const auto time = parse_rfc3339(left);
    return left == right || (time && time == parse_rfc3339(right));
  }
  if (ours.is_int64() && theirs.is_string()) return std::to_string(ours.get_int64()) == theirs.get_string().value();
  if (ours.is_bool() || theirs.is_bool())
    return ours.is_bool() && theirs.is_bool() && ours.get_bool().value() == theirs.get_bool().value();
  return ours.get_double().value() == theirs.get_double().value();
}

class EveryMessage : public testing::TestWithParam<const Descriptor*> {
 protected:
  static std::unique_ptr<Message> make() {
    return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(GetParam())->New());
  }
};

TEST_P(EveryMessage, IsReadBackAsItWasWritten) {
  EXPECT_TRUE(rc::check("a message that is written is read back", [] {
    const auto message = make();
    fill(*message, true);
    const auto read = make();
    const auto done = parse_json(encode(*message), *read);
    if (!done) RC_FAIL(done.error().detail);
    RC_ASSERT(MessageDifferencer::Equals(*message, *read));
  }));
}

TEST_P(EveryMessage, IsTheDocumentThatProtobufWrites) {
  EXPECT_TRUE(rc::check("protobuf's document is the same", [] {
    const auto message = make();
    fill(*message, false);
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string theirs;
    RC_ASSERT(google::protobuf::util::MessageToJsonString(*message, &theirs, options).ok());
    const std::string ours = encode(*message);
    dom::parser our_parser;
    dom::parser their_parser;
    dom::element our_document;
    dom::element their_document;
    RC_ASSERT(our_parser.parse(ours).get(our_document) == simdjson::SUCCESS);
    RC_ASSERT(their_parser.parse(theirs).get(their_document) == simdjson::SUCCESS);
    if (!same(our_document, their_document)) RC_FAIL(ours + "\n" + theirs);

    const auto read = make();
    RC_ASSERT(parse_json(theirs, *read).has_value());
    RC_ASSERT(MessageDifferencer::Equals(*message, *read));
    read->Clear();
    RC_ASSERT(google::protobuf::util::JsonStringToMessage(ours, read.get()).ok());
    RC_ASSERT(MessageDifferencer::Equals(*message, *read));
  }));
}

TEST_P(EveryMessage, IsNeverTakenFromWhatIsNoJson) {
  EXPECT_TRUE(rc::check("whatever is taken is JSON", [] {
    const auto message = make();
    fill(*message, true);
    const std::string text = damaged(encode(*message));
    const auto read = make();
    if (parse_json(text, *read)) RC_ASSERT(is_json(text));
  }));
}

TEST_P(EveryMessage, IsNotTakenFromAPartOfItsText) {
  EXPECT_TRUE(rc::check("a text that is cut is refused", [] {
    const auto message = make();
    fill(*message, true);
    const std::string text = encode(*message);
    const auto read = make();
    RC_ASSERT(!parse_json(std::string_view(text).substr(0, *rc::gen::inRange<std::size_t>(0, text.size())), *read));
  }));
}

std::vector<const Descriptor*> every_message() {
  std::vector<const Descriptor*> types;
  for (const auto* file : {chat::v1::Message::descriptor()->file(), ops::v1::Version::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) types.push_back(file->message_type(i));
  }
  return types;
}

INSTANTIATE_TEST_SUITE_P(Contract, EveryMessage, testing::ValuesIn(every_message()),
                         [](const auto& info) { return info.param->name(); });

TEST(EveryType, IsReadBackAsItWasWritten) {
  SampleContract contract(kEveryType);
  EXPECT_TRUE(rc::check("a message of every type of field is read back", [&] {
    const auto message = contract.make("Every");
    fill(*message, true, 2);
    const auto read = contract.make("Every");
    const auto done = parse_json(encode(*message), *read);
    if (!done) RC_FAIL(done.error().detail);
    RC_ASSERT(MessageDifferencer::Equals(*message, *read));
  }));
}

TEST(EveryType, IsNeverTakenFromWhatIsNoJson) {
  SampleContract contract(kEveryType);
  EXPECT_TRUE(rc::check("whatever is taken is JSON", [&] {
    const auto message = contract.make("Every");
    fill(*message, true, 3);
    const std::string text = damaged(encode(*message));
    const auto read = contract.make("Every");
    if (parse_json(text, *read)) RC_ASSERT(is_json(text));
  }));
}

}  // namespace
}  // namespace vestnik::api
