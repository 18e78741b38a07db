// Sends the texts of a source as messages, one call to the API for each, and keeps account of every one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/latency.hpp"
#include "cli/backoff.hpp"
#include "cli/http_client.hpp"
#include "cli/message_source.hpp"
#include "cli/write.hpp"

namespace vestnik::cli {

// What became of the messages so far.
struct WriteReport {
  std::uint64_t accepted = 0;
  std::uint64_t failed = 0;  // not accepted, or unknown
  std::string trouble;       // why messages wait for another attempt at the moment; empty: none do
  LatencySnapshot latency;   // from the first attempt to the acceptance
};

class Writer {
 public:
  struct Events {
    std::function<void(const std::string& answer)> accepted;  // the message as the server answered it
    std::function<void(const SourceText& text, std::int64_t seq, const std::string& reason)> failed;
    std::function<void(const WriteReport&)> progress;  // often
  };

  Writer(const WriteOptions& options, MessageSource& source, Events events);

  // Runs until everything is settled, Ctrl-C, or nothing more can be accepted. Why it stopped early, or an empty text.
  std::string run();

  WriteReport report() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // A message from its first attempt until it is settled. Its slot keeps it, so with one slot the order is kept.
  struct Outgoing {
    SourceText text;
    std::int64_t seq = 0;
    std::string body;
    SteadyTime first_attempt;
    std::optional<SteadyTime> again_at;  // nullopt: the call is under way
    Backoff backoff;
  };

  void fill_slots(SteadyTime now);
  bool take_next(std::size_t slot, SteadyTime now);
  void send(std::size_t slot);
  void settle(std::size_t slot, const HttpAnswer& answer, SteadyTime now);
  void fail(std::size_t slot, const std::string& reason);
  void give_up_waiting();
  bool wants_more() const;
  bool all_settled() const;
  std::chrono::milliseconds pause(SteadyTime now) const;
  std::string body_of(const SourceText& text, std::int64_t seq) const;

  const WriteOptions& options_;
  MessageSource& source_;
  Events events_;
  HttpClient client_;
  std::vector<std::optional<Outgoing>> slots_;
  std::string run_key_;  // makes the nonces of this run unique
  std::uint64_t taken_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t failed_ = 0;
  std::string trouble_;
  std::string stopped_because_;
  LatencyHistogram latency_;
  SteadyTime next_due_;  // by the rate
};

}  // namespace vestnik::cli
