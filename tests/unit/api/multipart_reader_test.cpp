#include "api/http/multipart_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

namespace vestnik::api::http {
namespace {

using namespace std::string_literals;
using Event = MultipartReader::Event;

// What came out, with the pieces of each content put together.
struct Outcome {
  struct Part {
    std::string name, file_name, content;
    bool ended = false;
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;
  bool ended = false;
  std::string fault;
  bool operator==(const Outcome&) const = default;
};

constexpr MultipartReader::Limits kLimits{.part_head_bytes_max = 200, .parts_max = 3};

void feed(MultipartReader& reader, std::string_view piece, Outcome& outcome) {
  while (true) {
    switch (reader.read(piece)) {
      case Event::kMore:
        return;
      case Event::kPart:
        outcome.parts.push_back({reader.part().name, reader.part().file_name.value_or("-"), ""});
        break;
      case Event::kContent:
        outcome.parts.back().content += reader.content();
        break;
      case Event::kPartEnd:
        outcome.parts.back().ended = true;
        break;
      case Event::kEnd:
        outcome.ended = true;
        return;
      case Event::kFault:
        outcome.fault = reader.fault();
        return;
    }
  }
}

Outcome read(std::string_view body, std::size_t piece = std::string::npos, std::string_view boundary = "XX") {
  MultipartReader reader(boundary, kLimits);
  Outcome outcome;
  for (std::size_t at = 0; at < body.size(); at += std::min(piece, body.size() - at)) {
    feed(reader, body.substr(at, piece), outcome);
  }
  return outcome;
}

std::string part(std::string_view content,
                 std::string_view disposition = "form-data; name=\"file\"; filename=\"a.txt\"") {
  return "--XX\r\nContent-Disposition: " + std::string(disposition) + "\r\nContent-Type: text/plain\r\n\r\n" +
         std::string(content) + "\r\n";
}

const std::string kEnd = "--XX--\r\n";

TEST(MultipartReader, GivesTheFile) {
  const Outcome outcome = read(part("hello") + kEnd);
  EXPECT_EQ(outcome, (Outcome{{{"file", "a.txt", "hello", true}}, true, ""}));
}

TEST(MultipartReader, TheContentMayBeAnything) {
  for (const std::string& content :
       {""s, "\r\n"s, "\r\n\r\n"s, "\r"s, "\r\n--X"s, "\r\n--XY\r\n"s, "\r\r\n-\r\n--\r\r\n--X\0\xFF"s,
        "a\r\n--X\r\n--X"s, "\n--XX\n"s, "\r\n-"s, "\r\r"s}) {
    const Outcome outcome = read(part(content) + kEnd);
    EXPECT_EQ(outcome, (Outcome{{{"file", "a.txt", content, true}}, true, ""})) << content;
  }
}

TEST(MultipartReader, TheRestOfTheFormats) {
  EXPECT_EQ(read("preamble\r\n" + part("a") + "--XX-- \t\r\nepilogue\r\n--XX\r\n"),
            (Outcome{{{"file", "a.txt", "a", true}}, true, ""}));
  EXPECT_EQ(read("--XX \t \r\nContent-Disposition: form-data; name=n\r\n\r\na\r\n--XX--"),
            (Outcome{{{"n", "-", "a", true}}, true, ""}));
  EXPECT_EQ(read("--XX\r\ncontent-disposition:form-data;name=\"n\";filename*=utf-8''%D1%8F\r\n\r\n--XX--"),
            (Outcome{{{"n", "я", "", true}}, true, ""}));
  EXPECT_EQ(read(part("a") + part("b", "form-data; name=\"n\"") + kEnd),
            (Outcome{{{"file", "a.txt", "a", true}, {"n", "-", "b", true}}, true, ""}));
  EXPECT_EQ(read("--XX--"), (Outcome{{}, true, ""}));
}

TEST(MultipartReader, SaysWhatIsWrong) {
  const auto fault = [](std::string_view body) { return read(body).fault; };
  EXPECT_NE(fault("--XXY\r\n"), "");
  EXPECT_NE(fault("--XX\n"), "");
  EXPECT_NE(fault("--XX\r\r\n"), "");
  EXPECT_NE(fault("--XX" + std::string(200, ' ') + "\r\n"), "");
  EXPECT_NE(fault("--XX\r\n\r\ncontent"), "") << "no Content-Disposition";
  EXPECT_NE(fault("--XX\r\nContent-Type: text/plain\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nContent-Disposition: form-data\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nContent-Disposition: form-data; name=\"\xFF\"\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=a\r\n\r\n"),
            "");
  EXPECT_NE(fault("--XX\r\nContent-Disposition: form-data; name=\"a\r\n\"\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nno colon\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nA: b\nC: d\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nA: "s + '\0' + "\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=a\r\n\r\n"), "");
  EXPECT_NE(fault("--XX\r\nX: " + std::string(200, 'x')), "") << "header lines without an end";
  EXPECT_NE(fault(part("") + part("") + part("") + part("")), "") << "too many parts";
}

TEST(MultipartReader, WithoutItsLastBoundaryItHasNotEnded) {
  const std::string whole = part("hello") + kEnd;
  for (std::size_t size = 0; size < whole.size() - 2; ++size) {
    EXPECT_FALSE(read(whole.substr(0, size)).ended && size < whole.size() - 4) << size;
  }
}

TEST(MultipartReader, HowTheBodyIsCutMakesNoDifference) {
  const std::string bodies[] = {
      part("hello\r\n--X\r\n\r\n") + kEnd,
      "pre\r\n--X\r\n" + part("") + part("\r\n--", "form-data; name=\"\"") + "--XX--epilogue",
      part("x") + "--XX-\r\n",
      part("x") + "--XX\r\n" + std::string(300, 'h'),
      part("x") + "--XX" + std::string(150, ' ') + "\r\n",
      "--XX\r\n\r\nx",
  };
  for (const std::string& body : bodies) {
    const Outcome whole = read(body);
    for (std::size_t cut = 1; cut < body.size(); ++cut) {
      MultipartReader reader("XX", kLimits);
      Outcome outcome;
      feed(reader, body.substr(0, cut), outcome);
      feed(reader, body.substr(cut), outcome);
      EXPECT_EQ(outcome, whole) << "cut at " << cut << " of " << body;
    }
    for (const std::size_t piece : {1, 2, 3, 5, 7}) EXPECT_EQ(read(body, piece), whole) << body;
  }
}

RC_GTEST_PROP(MultipartReader, ContentWithoutTheBoundaryComesOutAsItIs, ()) {
  const auto content = *rc::gen::container<std::string>(rc::gen::elementOf("\r\n-XY\0"s));
  RC_PRE(("\r\n" + content).find("\r\n--XX") == std::string::npos);
  const auto piece = *rc::gen::inRange<std::size_t>(1, 20);
  const Outcome outcome = read(part(content) + kEnd, piece);
  RC_ASSERT(outcome == (Outcome{{{"file", "a.txt", content, true}}, true, ""}));
}

TEST(MultipartReader, TakesTimeInProportionToTheBytes) {
  const auto seconds_for = [](std::size_t repeats) {
    std::string content;
    for (std::size_t i = 0; i < repeats; ++i) content += "\r\n--" + std::string(69, 'X');  // all but the last character
    const std::string body =
        "--" + std::string(70, 'X') + "\r\nContent-Disposition: form-data; name=a\r\n\r\n" + content;
    const std::clock_t begun = std::clock();  // of the processor, which others may want at the same time
    read(body, 1000, std::string(70, 'X'));
    return static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  };
  seconds_for(1000);
  EXPECT_LT(seconds_for(64'000), 64 * 20 * std::max(seconds_for(1000), 1e-4));
}

TEST(MultipartBoundary, IsThatOfTheStandard) {
  EXPECT_TRUE(is_multipart_boundary("----WebKitFormBoundary7MA4YWxkTrZu0gW"));
  EXPECT_TRUE(is_multipart_boundary("a b'()+_,-./:=?"));
  EXPECT_TRUE(is_multipart_boundary(std::string(70, 'x')));
  for (const std::string& bad : {""s, std::string(71, 'x'), "a "s, "a\rb"s, "a\"b"s, "ы"s, "a\0b"s}) {
    EXPECT_FALSE(is_multipart_boundary(bad)) << bad;
  }
}

}  // namespace
}  // namespace vestnik::api::http
