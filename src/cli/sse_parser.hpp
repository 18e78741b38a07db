// Reads a stream of server-sent events from bytes that arrive in pieces (HTML Living Standard, 9.2.6). No I/O.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vestnik::cli {

struct SseEvent {
  std::string type;  // empty: the default type
  std::string id;    // the last id up to here, its own or an earlier one
  std::string data;
};

class SseParser {
 public:
  using Handler = std::function<void(const SseEvent&)>;

  explicit SseParser(Handler on_event) : on_event_(std::move(on_event)) {}

  // Calls the handler for each event that is complete. False when an event grows beyond 16 MiB: the stream is then
  // unusable.
  bool feed(std::string_view bytes);

  // Forgets a half-read event, for a new connection; the last id and the retry time stay.
  void reset();

  const std::string& last_id() const { return last_id_; }                    // of the last complete event
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }  // as asked by the server

 private:
  void end_line();
  void take_field(std::string_view name, std::string_view value);
  void dispatch();

  Handler on_event_;
  std::string line_;
  std::string type_;
  std::string data_;
  std::string id_;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
  bool first_line_ = true;
  bool after_return_ = false;  // a newline right after a carriage return belongs to it
};

}  // namespace vestnik::cli
