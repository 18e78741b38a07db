// Where the texts of `vestnik write` come from: lines of an input, or a generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik::cli {

struct SourceText {
  std::uint64_t line = 0;  // from 1
  std::string text;
  std::string problem = {};  // why it cannot be sent; empty: it can
};

// Cuts bytes that arrive in pieces into lines, without their "\n" or "\r\n". No I/O.
class LineSplitter {
 public:
  static constexpr std::size_t kLineBytesMax = 1u << 20;  // of a longer line only the number remains

  void feed(std::string_view bytes);
  // The input ended: what is left is the last line.
  void finish();
  std::optional<SourceText> next();

 private:
  std::string buffer_;
  std::size_t begin_ = 0;    // of the next line in buffer_
  std::size_t scanned_ = 0;  // no newline before this
  std::uint64_t line_ = 0;
  bool too_long_ = false;  // the line that is being read; its bytes are dropped
  bool finished_ = false;
};

class MessageSource {
 public:
  virtual ~MessageSource() = default;

  // The next text, or nullopt when there is none yet or any more.
  virtual std::optional<SourceText> next() = 0;
  virtual bool ended() const = 0;
  // Why the input could not be read to its end; empty when nothing went wrong.
  virtual std::string failure() const = 0;

  // To be polled for input when next() had nothing; -1: none.
  virtual int fd() const = 0;
  // Reads what is there, if anything; does not block.
  virtual void read() = 0;
};

std::unique_ptr<MessageSource> lines_of(int fd);

// Arbitrary texts of at most 128 characters, without end.
std::unique_ptr<MessageSource> arbitrary_texts(std::uint32_t seed);

}  // namespace vestnik::cli
