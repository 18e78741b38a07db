#include "delivery/csv_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace vestnik::delivery {
namespace {

using Values = std::vector<std::string>;

std::vector<CsvReader::Row> rows_of(std::string_view text, std::size_t piece = std::string_view::npos) {
  CsvReader reader;
  std::vector<CsvReader::Row> rows;
  const auto take = [&] {
    while (auto row = reader.next()) rows.push_back(std::move(*row));
  };
  while (!text.empty()) {
    reader.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    take();
  }
  reader.finish();
  take();
  return rows;
}

std::vector<Values> values_of(std::string_view text) {
  std::vector<Values> values;
  for (auto& row : rows_of(text)) values.push_back(row.values);
  return values;
}

TEST(CsvReader, GivesRowsOfValues) {
  EXPECT_EQ(values_of("phone,tag\n79161234567,vip\n79031234567,\n"),
            (std::vector<Values>{{"phone", "tag"}, {"79161234567", "vip"}, {"79031234567", ""}}));
}

TEST(CsvReader, TheLastLineNeedsNoEnd) {
  EXPECT_EQ(values_of("a\nb"), (std::vector<Values>{{"a"}, {"b"}}));
  EXPECT_EQ(values_of("a,"), (std::vector<Values>{{"a", ""}}));
  EXPECT_EQ(values_of("a\n\"b\""), (std::vector<Values>{{"a"}, {"b"}}));
  EXPECT_TRUE(values_of("").empty());
}

TEST(CsvReader, LinesEndAsAnySystemEndsThem) {
  for (const char* text : {"a\nb\n", "a\r\nb\r\n", "a\rb\r"}) {
    EXPECT_EQ(values_of(text), (std::vector<Values>{{"a"}, {"b"}})) << text;
  }
}

TEST(CsvReader, BlankLinesAreLeftOutAndCounted) {
  const auto rows = rows_of("a\n\n\r\nb\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].line, 4u);
  EXPECT_EQ(values_of("\"\"\n"), (std::vector<Values>{{""}}));
}

TEST(CsvReader, QuotesKeepWhatTheyHold) {
  EXPECT_EQ(values_of("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\nnext,\"\",x\n"),
            (std::vector<Values>{{"a,b", "say \"hi\"", "two\r\nlines"}, {"next", "", "x"}}));
  EXPECT_EQ(rows_of("\"two\nlines\"\nnext\n")[1].line, 3u);
  EXPECT_EQ(values_of("5\" pipe,\"a\"b\n"), (std::vector<Values>{{"5\" pipe", "ab"}}));
}

TEST(CsvReader, TheFirstLineTellsTheSeparator) {
  EXPECT_EQ(values_of("phone;tag\n1;a,b\n"), (std::vector<Values>{{"phone", "tag"}, {"1", "a,b"}}));
  EXPECT_EQ(values_of("phone\ttag\n1\ta;b\n"), (std::vector<Values>{{"phone", "tag"}, {"1", "a;b"}}));
}

TEST(CsvReader, AByteOrderMarkIsNoValue) {
  EXPECT_EQ(values_of("\xEF\xBB\xBFphone\n1\n"), (std::vector<Values>{{"phone"}, {"1"}}));
}

TEST(CsvReader, AQuoteThatIsNotClosedIsToldOnceAtItsLine) {
  const auto rows = rows_of("a\n\"open\nb\nc\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].line, 2u);
  EXPECT_EQ(rows[1].problem, "a quote is not closed");
}

TEST(CsvReader, ALongRowHasNoValuesAndTheNextOneHas) {
  const std::string text = "a\n" + std::string(CsvReader::kRowBytesMax + 1, 'x') + ",y\nb\n";
  const auto rows = rows_of(text, 1'000);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_FALSE(rows[1].problem.empty());
  EXPECT_TRUE(rows[1].values.empty());
  EXPECT_EQ(rows[2].values, Values{"b"});
}

TEST(CsvReader, PiecesMakeNoDifference) {
  rc::check("rows are the same however the text is cut", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::element('a', 'b', ',', ';', '"', '\n', '\r', '\t'));
    const auto whole = rows_of(text);
    const auto cut = rows_of(text, *rc::gen::inRange<std::size_t>(1, 5));
    RC_ASSERT(whole.size() == cut.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      RC_ASSERT(whole[i].values == cut[i].values);
      RC_ASSERT(whole[i].line == cut[i].line);
    }
  });
}

TEST(CsvReader, WhatIsWrittenIsReadBack) {
  rc::check("values in quotes are given back", [] {
    const auto rows =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<Values>>(rc::gen::nonEmpty(rc::gen::container<Values>(
            rc::gen::container<std::string>(rc::gen::element('a', ',', ';', '"', '\n', '\r', ' '))))));
    std::string text = "header,of,many,commas,,,,,,,,,,,,,,,,,,,,,,,,,\n";
    for (const Values& row : rows) {
      std::string line;
      for (std::string value : row) {
        for (std::size_t at = 0; (at = value.find('"', at)) != std::string::npos; at += 2) value.insert(at, 1, '"');
        line += (line.empty() ? "\"" : ",\"") + value + "\"";
      }
      text += line + "\n";
    }
    auto read = values_of(text);
    read.erase(read.begin());
    RC_ASSERT(read == rows);
  });
}

}  // namespace
}  // namespace vestnik::delivery
