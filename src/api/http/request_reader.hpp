// From bytes to HTTP requests: the guard over Beast's parser. Sans-I/O; the only place that knows Beast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/head_guard.hpp"
#include "api/http/message.hpp"

namespace vestnik::api::http {

class RequestReader {
 public:
  struct Limits {
    HeadLimits head;
    std::size_t body_bytes_max = 1024 * 1024;
    // Which bodies are not held but taken as they arrive, decided by the head, and how large they may be.
    bool (*is_streamed)(const Request& head) = nullptr;
    std::uint64_t streamed_bytes_max = 0;
  };

  enum class State : std::uint8_t {
    kIdle,      // between requests
    kHead,      // inside a head
    kBody,      // the head is known, the body is not complete
    kComplete,  // request() is whole
    kFault,     // fault() says why; nothing more can be read from this connection
  };

  // `stream` gives streamed bodies to whoever handles the requests; it outlives them.
  explicit RequestReader(const Limits& limits, BodyStream* stream = nullptr);
  ~RequestReader();

  // Reads on with the bytes that have arrived since; returns how many were used. Stops at the end of a request.
  std::size_t feed(std::string_view bytes);
  State state() const { return state_; }
  // The head in kBody, the whole request in kComplete; a streamed body is not in it.
  const Request& request() const { return request_; }
  // Whether the body has to be taken as it arrives: in kBody, and in kComplete for its end.
  bool is_streamed() const { return streamed_; }
  // What has arrived of a streamed body since the last time.
  std::string take_body();
  const HeadFault& fault() const { return fault_; }
  // Whether the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;
  // Makes ready for the next request.
  void reset();

 private:
  struct Parser;

  void parse(std::string_view bytes, std::size_t& used);
  void fail_too_large();
  void fail(int status, std::string reason);
  void describe();
  void decide_on_body();

  Limits limits_;
  BodyStream* stream_;
  State state_ = State::kIdle;
  bool streamed_ = false;
  Request request_;
  HeadFault fault_;
  std::string head_;  // of a head that arrives in pieces
  std::unique_ptr<Parser> parser_;
};

}  // namespace vestnik::api::http
