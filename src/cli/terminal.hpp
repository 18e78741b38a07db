// Standard output and standard error of a command, and what is different about them on a terminal. Main thread.
#pragma once

#include <string_view>

#include "cli/message_line.hpp"

namespace vestnik::cli {

bool is_terminal(int fd);

// kAligned when standard output is a terminal.
LineStyle output_style();

// Writes a line to standard output. False when this has failed, now or before: nothing more arrives there.
bool print_line(std::string_view line);

// Sends what was printed on its way. False as above.
bool flush_output();

// The exit code of a command that would end with `code`: when its output was lost, it says so on standard error, and
// the code is not 0. A pipe that nobody reads any more is no loss.
int with_output_delivered(int code);

// Writes "vestnik: <sentence>" to standard error. Whether it arrives changes nothing.
void tell(std::string_view sentence);

// One line of standard error that is written again and again; nothing at all when `active` is false.
class StatusLine {
 public:
  explicit StatusLine(bool active) : active_(active) {}
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool active() const { return active_; }
  void show(std::string_view text);
  // Removes it, before anything else is written.
  void clear();

 private:
  bool active_;
  bool shown_ = false;
};

}  // namespace vestnik::cli
