#include "cli/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <new>

#include "base/visible.hpp"
#include "cli/interrupt.hpp"

namespace vestnik::cli {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kBodyBytesMax = 64u << 20;
constexpr std::chrono::milliseconds kConnectTimeout{5'000};
constexpr std::chrono::milliseconds kStep{200};  // between looks at Ctrl-C and idle connections

struct Slot {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{curl_easy_init(), curl_easy_cleanup};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{nullptr, curl_slist_free_all};
  HttpRequest request;
  HttpAnswer answer;
  SteadyTime last_byte;
  bool busy = false;
  char error[CURL_ERROR_SIZE] = "";
};

std::size_t take_bytes(char* bytes, std::size_t, std::size_t size, void* context) {
  constexpr std::size_t kStop = 0;  // anything but `size` ends the call
  Slot& slot = *static_cast<Slot*>(context);
  slot.last_byte = std::chrono::steady_clock::now();
  long status = 0;
  curl_easy_getinfo(slot.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (slot.request.sink && status == 200) return slot.request.sink({bytes, size}) ? size : kStop;
  if (slot.answer.body.size() + size > kBodyBytesMax) return kStop;
  slot.answer.body.append(bytes, size);
  return size;
}

void prepare(Slot& slot) {
  CURL* const easy = slot.easy.get();
  slot.answer = {};
  slot.error[0] = '\0';
  slot.last_byte = std::chrono::steady_clock::now();
  slot.headers.reset();
  std::vector<std::string> headers = slot.request.headers;
  if (slot.request.body) headers.emplace_back("Content-Type: application/json");
  headers.emplace_back("Expect:");  // no extra round trip before a large body
  for (const std::string& header : headers) {
    curl_slist* const longer = curl_slist_append(slot.headers.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(slot.headers.release());
    slot.headers.reset(longer);
  }

  curl_easy_reset(easy);  // keeps the connection
  curl_easy_setopt(easy, CURLOPT_URL, slot.request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot.headers.get());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "vestnik");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot.error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &slot);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kConnectTimeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(slot.request.timeout.count()));
  if (slot.request.body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(slot.request.body->size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, slot.request.body->c_str());
  }
  if (!slot.request.method.empty()) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, slot.request.method.c_str());
}

// What OpenSSL and libcurl say of an address with the wrong scheme helps nobody.
std::string failure_of(const Slot& slot, CURLcode code) {
  const std::string_view error(slot.error);
  const auto tells = [error](std::string_view words) { return error.find(words) != error.npos; };
  if (code == CURLE_SSL_CONNECT_ERROR && (tells("wrong version number") || tells("packet length too long"))) {
    return "the server there does not speak TLS: its address begins with http://";
  }
  const bool is_plain = slot.request.url.starts_with("http://");
  if (is_plain && (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)) {
    return "the server there does not speak HTTP: perhaps its address begins with https://";
  }
  // The detailed text of a refused connection says how many milliseconds that took, which nobody wants to know.
  const bool is_detailed = !error.empty() && code != CURLE_COULDNT_CONNECT;
  return is_detailed ? slot.error : curl_easy_strerror(code);
}

// In the words of nginx and of Go.
bool wants_tls(const HttpAnswer& answer) {
  return answer.status == 400 && (answer.body.find("sent to HTTPS port") != std::string::npos ||
                                  answer.body.find("HTTP request to an HTTPS server") != std::string::npos);
}

void complete(Slot& slot, CURLcode code) {
  constexpr curl_off_t kRetryAfterMax = 3'600;
  CURL* const easy = slot.easy.get();
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &slot.answer.status);
  curl_off_t retry_after = 0;
  if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK && retry_after > 0) {
    slot.answer.retry_after = std::chrono::seconds(std::min(retry_after, kRetryAfterMax));
  }
  if (code != CURLE_OK) {
    slot.answer.failure = failure_of(slot, code);
  } else if (wants_tls(slot.answer)) {
    slot.answer.failure = "the server there speaks TLS: its address begins with https://";
  }
}

}  // namespace

struct HttpClient::Implementation {
  explicit Implementation(std::size_t count) : slots(count) {
    if (!multi) throw std::bad_alloc();
    for (const Slot& slot : slots) {
      if (!slot.easy) throw std::bad_alloc();
    }
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(count));
  }

  ~Implementation() {
    for (Slot& slot : slots) release(slot);
  }

  HttpClient::Finished release(Slot& slot) {
    if (slot.busy) curl_multi_remove_handle(multi.get(), slot.easy.get());
    slot.busy = false;
    return {static_cast<std::size_t>(&slot - slots.data()), std::move(slot.answer)};
  }

  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi{curl_multi_init(), curl_multi_cleanup};
  std::vector<Slot> slots;
};

HttpClient::HttpClient(std::size_t slots) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  implementation_ = std::make_unique<Implementation>(slots);
}

HttpClient::~HttpClient() = default;

void HttpClient::start(std::size_t index, HttpRequest request) {
  Slot& slot = implementation_->slots[index];
  slot.request = std::move(request);
  prepare(slot);
  curl_multi_add_handle(implementation_->multi.get(), slot.easy.get());
  slot.busy = true;
}

std::vector<HttpClient::Finished> HttpClient::wait(std::chrono::milliseconds timeout, int input_fd) {
  CURLM* const multi = implementation_->multi.get();
  std::vector<Slot>& slots = implementation_->slots;
  std::vector<Finished> finished;

  int running = 0;
  curl_multi_perform(multi, &running);
  int left = 0;
  const auto collect = [&] {
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      const auto slot =
          std::ranges::find(slots, message->easy_handle, [](const Slot& each) { return each.easy.get(); });
      complete(*slot, message->data.result);
      finished.push_back(implementation_->release(*slot));
    }
  };
  collect();
  if (!finished.empty()) return finished;

  curl_waitfd input{.fd = input_fd, .events = CURL_WAIT_POLLIN, .revents = 0};
  const auto pause = std::clamp(timeout, std::chrono::milliseconds(0), kStep);
  curl_multi_poll(multi, &input, input_fd >= 0 ? 1 : 0, static_cast<int>(pause.count()), nullptr);
  curl_multi_perform(multi, &running);
  collect();

  const SteadyTime now = std::chrono::steady_clock::now();
  for (Slot& slot : slots) {
    const auto idle_timeout = slot.request.idle_timeout;
    if (!slot.busy || idle_timeout.count() == 0 || now - slot.last_byte < idle_timeout) continue;
    slot.answer.failure = fmt::format("nothing came for {} s", idle_timeout / std::chrono::seconds(1));
    finished.push_back(implementation_->release(slot));
  }
  return finished;
}

HttpAnswer HttpClient::fetch(HttpRequest request) {
  start(0, std::move(request));
  while (!interrupted()) {
    auto finished = wait(kStep);
    if (!finished.empty()) return std::move(finished.front().answer);
  }
  HttpAnswer answer = implementation_->release(implementation_->slots.front()).answer;
  answer.failure = "interrupted";
  return answer;
}

bool HttpAnswer::worth_a_retry() const {
  constexpr long kPassing[] = {408, 429, 502, 503, 504};
  return !failure.empty() || std::ranges::find(kPassing, status) != std::end(kPassing);
}

std::string describe(const HttpAnswer& answer) {
  if (!answer.failure.empty()) return visible(answer.failure);
  // The server speaks of its API; here the same is done with a command.
  const std::string_view hint =
      answer.status == 401 ? "; here: export VESTNIK_SESSION=$(vestnik session open NAME)" : "";
  simdjson::dom::parser parser;
  std::string_view detail;
  if (parser.parse(answer.body)["detail"].get(detail) == simdjson::SUCCESS && !detail.empty()) {
    return fmt::format("{} (status {}){}", visible(detail), answer.status, hint);
  }
  return fmt::format("the server answered with status {}{}", answer.status, hint);
}

bool complains_about(const HttpAnswer& answer, std::string_view field) {
  simdjson::dom::parser parser;
  std::string_view named;
  return answer.status == 400 &&
         parser.parse(answer.body)["violations"].at(0)["field"].get(named) == simdjson::SUCCESS && named == field;
}

std::string escape_for_url(std::string_view text) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != kUnreserved.npos) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace vestnik::cli
