// A few HTTP calls at the same time over kept connections (libcurl). One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vestnik::cli {

struct HttpRequest {
  std::string url;
  std::optional<std::string> body;            // JSON
  std::vector<std::string> headers = {};      // "Name: value"
  std::chrono::milliseconds timeout{30'000};  // of the whole call; 0: none
  std::chrono::milliseconds idle_timeout{0};  // without a byte of the answer; 0: none
  // Gets the body of a 200 answer as it arrives, instead of HttpAnswer::body; false ends the call.
  std::function<bool(std::string_view)> sink = {};
  std::string method = {};  // empty: POST with a body, otherwise GET
};

struct HttpAnswer {
  long status = 0;      // 0: there was no answer
  std::string failure;  // why the call ended before the answer was complete; empty when it is
  std::string body;     // at most 64 MiB
  std::optional<std::chrono::seconds> retry_after;  // at most an hour

  bool accepted() const { return failure.empty() && status >= 200 && status < 300; }
  // Whether the same call may succeed later: no answer, 408, 429, 502, 503, 504.
  bool worth_a_retry() const;
};

class HttpClient {
 public:
  struct Finished {
    std::size_t slot;
    HttpAnswer answer;
  };

  // `slots`: calls at the same time, each on its own connection.
  explicit HttpClient(std::size_t slots);
  ~HttpClient();

  // Begins a call; the slot must be free.
  void start(std::size_t slot, HttpRequest request);

  // Waits until something happens on a call or on `input_fd` (-1: none), at most `timeout`. The calls that ended; their
  // slots are free again.
  std::vector<Finished> wait(std::chrono::milliseconds timeout, int input_fd = -1);

  // One call in slot 0. Ctrl-C ends it with a failure.
  HttpAnswer fetch(HttpRequest request);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// Why the server did not do what was asked, for people: the problem's detail (RFC 9457), or the status.
std::string describe(const HttpAnswer& answer);

// Whether the server refused because of this field of the request.
bool complains_about(const HttpAnswer& answer, std::string_view field);

// `text` as a part of a path or query (RFC 3986).
std::string escape_for_url(std::string_view text);

}  // namespace vestnik::cli
