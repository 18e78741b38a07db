// What `vestnik write` makes of lines that cannot be messages as they are, such as those of a log: escape codes of
// terminals are taken out, empty lines left out, long ones cut in pieces. No I/O of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/message_source.hpp"

namespace vestnik::cli {

// `line` without control characters and the escape sequences of terminals (ECMA-48); tabs stay. Of what a program has
// written over itself with CR the last stays.
std::string without_control_characters(std::string_view line);

// Pieces of at most `length_max` code points, cut at blanks where there is one in the last third. `text`: valid UTF-8.
std::deque<std::string> split_text(std::string_view text, std::size_t length_max);

class MessageLines final : public MessageSource {
 public:
  // `tell` gets a sentence at the first line of each kind.
  MessageLines(std::unique_ptr<MessageSource> lines, std::size_t length_max,
               std::function<void(const std::string&)> tell)
      : lines_(std::move(lines)), length_max_(length_max), tell_(std::move(tell)) {}

  std::optional<SourceText> next() override;
  bool ended() const override { return pieces_.empty() && lines_->ended(); }
  std::string failure() const override { return lines_->failure(); }
  int fd() const override { return lines_->fd(); }
  void read() override { lines_->read(); }

  // "3 lines without their control characters, 1 empty line left out"; empty when all were sent as they were.
  std::string summary() const;

 private:
  // Counts a line, and tells of the first.
  void note(std::uint64_t& count, std::uint64_t line, std::string_view what);

  std::unique_ptr<MessageSource> lines_;
  std::size_t length_max_;
  std::function<void(const std::string&)> tell_;
  std::deque<std::string> pieces_;  // of the last line, still to come
  std::uint64_t line_ = 0;          // the number of that line
  std::uint64_t stripped_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t split_ = 0;
};

}  // namespace vestnik::cli
