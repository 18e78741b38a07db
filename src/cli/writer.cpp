#include "cli/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "base/ids.hpp"
#include "base/json_text.hpp"
#include "cli/interrupt.hpp"

namespace vestnik::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBackoffBase{200};
constexpr milliseconds kBackoffMax{5'000};
constexpr milliseconds kQueueLook{200};
constexpr milliseconds kLastAnswers{3'000};  // how long calls under way may take after Ctrl-C
constexpr std::size_t kRunKeyLength = 12;

// Whether the server would refuse every other message as well: no such room, not allowed, no such API.
bool refuses_everything(const HttpAnswer& answer) {
  constexpr long kFinal[] = {401, 403, 404, 405};
  return answer.failure.empty() && std::ranges::find(kFinal, answer.status) != std::end(kFinal);
}

}  // namespace

Writer::Writer(const WriteOptions& options, MessageSource& source, Events events)
    : options_(options),
      source_(source),
      events_(std::move(events)),
      client_(options.connections),
      slots_(options.connections),
      run_key_(make_token(kRunKeyLength)),
      next_due_(steady_clock::now()) {}

std::string Writer::run() {
  std::optional<SteadyTime> deadline;
  while (!all_settled() || wants_more()) {
    const SteadyTime now = steady_clock::now();
    if (interrupted() && !deadline) {
      deadline = now + kLastAnswers;
      stopped_because_ = "interrupted";
    }
    if (!stopped_because_.empty()) give_up_waiting();
    if (deadline && now >= *deadline) break;
    fill_slots(now);
    if (all_settled() && !wants_more()) break;

    const bool has_free_slot = std::ranges::any_of(slots_, [](const auto& slot) { return !slot.has_value(); });
    const bool reads = has_free_slot && wants_more() && now >= next_due_ && source_.fd() >= 0;
    for (auto& [slot, answer] : client_.wait(pause(now), reads ? source_.fd() : -1)) {
      settle(slot, answer, steady_clock::now());
    }
    if (reads) source_.read();
    events_.progress(report());
  }
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]) fail(slot, "interrupted before the answer came: it may have been accepted");
  }
  if (stopped_because_.empty() && !source_.failure().empty()) {
    stopped_because_ = "the input cannot be read: " + source_.failure();
  }
  return stopped_because_;
}

WriteReport Writer::report() const {
  return {.accepted = accepted_, .failed = failed_, .trouble = trouble_, .latency = latency_.snapshot()};
}

bool Writer::wants_more() const {
  return stopped_because_.empty() && !source_.ended() && (options_.count == 0 || taken_ < options_.count);
}

bool Writer::all_settled() const {
  return std::ranges::none_of(slots_, [](const auto& slot) { return slot.has_value(); });
}

milliseconds Writer::pause(SteadyTime now) const {
  SteadyTime until = now + kQueueLook;
  for (const auto& slot : slots_) {
    if (slot && slot->again_at) until = std::min(until, *slot->again_at);
    if (!slot && wants_more() && next_due_ > now) until = std::min(until, next_due_);
  }
  return std::chrono::ceil<milliseconds>(std::max(until - now, SteadyTime::duration(0)));
}

void Writer::fill_slots(SteadyTime now) {
  bool has_text = true;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (!slots_[slot]) {
      has_text = has_text && wants_more() && now >= next_due_ && take_next(slot, now);
    } else if (slots_[slot]->again_at && now >= *slots_[slot]->again_at) {
      send(slot);
    }
  }
}

// Puts the next text that can be sent into the slot. False when there is none now.
bool Writer::take_next(std::size_t slot, SteadyTime now) {
  while (wants_more()) {
    auto text = source_.next();
    if (!text) return false;
    const std::int64_t seq = options_.first_seq + static_cast<std::int64_t>(taken_++);
    slots_[slot] = Outgoing{.text = *std::move(text),
                            .seq = seq,
                            .body = {},
                            .first_attempt = now,
                            .again_at = {},
                            .backoff = Backoff(kBackoffBase, kBackoffMax, std::random_device()())};
    if (options_.rate > 0) {
      // After a stall the schedule goes on from now, instead of making up for it with a burst.
      const auto interval = std::chrono::duration<double>(1 / options_.rate);
      next_due_ = std::max(next_due_, now - std::chrono::seconds(1)) +
                  std::chrono::duration_cast<SteadyTime::duration>(interval);
    }
    if (const std::string& problem = slots_[slot]->text.problem; !problem.empty()) {
      fail(slot, problem);
      continue;
    }
    slots_[slot]->body = body_of(slots_[slot]->text, seq);
    send(slot);
    return true;
  }
  return false;
}

std::string Writer::body_of(const SourceText& text, std::int64_t seq) const {
  std::string body = R"({"content":)";
  append_json_string(body, text.text);
  fmt::format_to(std::back_inserter(body), R"(,"client_seq":{},"nonce":"{}-{}")", seq, run_key_, seq);
  if (options_.user_id) fmt::format_to(std::back_inserter(body), R"(,"user_id":{})", *options_.user_id);
  if (options_.username) {
    body += R"(,"username":)";
    append_json_string(body, *options_.username);
  }
  body += '}';
  return body;
}

void Writer::send(std::size_t slot) {
  slots_[slot]->again_at.reset();
  client_.start(
      slot, {.url = options_.server.messages_url(), .body = slots_[slot]->body, .headers = options_.server.headers()});
}

void Writer::settle(std::size_t slot, const HttpAnswer& answer, SteadyTime now) {
  Outgoing& outgoing = *slots_[slot];
  if (answer.accepted()) {
    ++accepted_;
    trouble_.clear();
    latency_.record(now - outgoing.first_attempt);
    slots_[slot].reset();
    events_.accepted(answer.body);
    return;
  }
  const std::string reason = describe(answer);
  if (answer.worth_a_retry()) {
    const auto retry_after = answer.retry_after.value_or(std::chrono::seconds(0));
    const SteadyTime again_at = now + outgoing.backoff.next(retry_after);
    if (again_at - outgoing.first_attempt <= options_.retry_for) {
      outgoing.again_at = again_at;
      trouble_ = reason;
      return;
    }
    if (stopped_because_.empty()) stopped_because_ = "the server could not be reached or was full for too long";
  } else if (refuses_everything(answer) && stopped_because_.empty()) {
    stopped_because_ = "the server would refuse every other message, too";
  }
  fail(slot, reason);
}

void Writer::fail(std::size_t slot, const std::string& reason) {
  ++failed_;
  events_.failed(slots_[slot]->text, slots_[slot]->seq, reason);
  slots_[slot].reset();  // only now: the reason may stand in it
}

void Writer::give_up_waiting() {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot] && slots_[slot]->again_at) fail(slot, trouble_);
  }
}

}  // namespace vestnik::cli
