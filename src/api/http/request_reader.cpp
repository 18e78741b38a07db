#include "api/http/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <optional>
#include <utility>

#include "api/http/host.hpp"

namespace vestnik::api::http {

namespace beast = boost::beast;

namespace {

// Beast 1.81 asserts that a last chunk which it has seen incomplete has at least so many bytes the next time, even when
// they are the same. Nothing shorter can end a chunked body: "0\r\n\r\n".
constexpr std::size_t kLastChunkMin = 5;

// What has arrived of a body. Unlike Beast's own it reserves nothing for what a client announces.
struct ArrivedBody {
  using value_type = std::string;

  class Reader {
   public:
    template <bool IsRequest, class Fields>
    Reader(beast::http::header<IsRequest, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>&, beast::error_code& error) { error = {}; }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, beast::error_code& error) {
      error = {};
      const std::size_t before = body_.size();
      for (const auto buffer : beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
      }
      return body_.size() - before;
    }

    void finish(beast::error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
  using reader = Reader;
};

struct RequestTarget {
  std::string_view path;
  std::string_view query;
  std::optional<std::string_view> authority;
};

// A proxy's clients name the whole address: "http://host/path?query" (RFC 9112, section 3.2.2).
RequestTarget split_target(std::string_view target) {
  std::string_view path = target;
  std::optional<std::string_view> authority;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto authority_end = std::min(target.find_first_of("/?", scheme.size()), target.size());
    path = target.substr(authority_end);
    authority = target.substr(scheme.size(), authority_end - scheme.size());
  }
  const auto mark = path.find('?');
  const std::string_view query = mark == std::string_view::npos ? std::string_view() : path.substr(mark + 1);
  path = path.substr(0, mark);
  return {authority && path.empty() ? "/" : path, query, authority};
}

// What Beast lets pass in the fields behind a chunked body. `bytes`: from behind its data to its end.
std::optional<HeadFault> check_last_chunk(std::string_view bytes, const HeadLimits& limits) {
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  const auto size_line_end = bytes.find("\r\n");
  return check_trailers(bytes.substr(size_line_end + 2), limits);
}

}  // namespace

struct RequestReader::Parser {
  // Made anew for each request; the optional keeps its place in memory.
  std::optional<beast::http::request_parser<ArrivedBody>> parser;

  // Takes the data of chunks, and so knows what of the bytes that are being parsed lies behind the last of it.
  struct ChunkData {
    Parser& owner;
    std::size_t operator()(std::uint64_t, beast::string_view data, beast::error_code& error) {
      error = {};
      owner.parser->get().body().append(data.data(), data.size());
      owner.behind_data = data.data() + data.size();
      return data.size();
    }
  } chunk_data{*this};
  const char* behind_data = nullptr;
};

RequestReader::RequestReader(const Limits& limits, BodyStream* stream)
    : limits_(limits), stream_(stream), parser_(std::make_unique<Parser>()) {}

RequestReader::~RequestReader() = default;

void RequestReader::reset() {
  state_ = State::kIdle;
  streamed_ = false;
  head_.clear();
  request_ = {};
  parser_->parser.reset();
}

std::size_t RequestReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  if (state_ == State::kIdle) {
    // RFC 9112, section 2.2: empty lines before a request are ignored.
    while (bytes.substr(used).starts_with("\r\n")) used += 2;
    if (used == bytes.size() || bytes.substr(used) == "\r") return used;
    state_ = State::kHead;
  }
  if (state_ == State::kHead) {
    const std::size_t before = head_.size();
    const std::string_view fresh = bytes.substr(used);
    // The usual head arrives in one piece and is parsed where it lies.
    std::string_view head = fresh;
    if (before > 0) head = head_.append(fresh);
    const std::size_t end = find_head_end(head);
    if (end == 0) {
      if (before == 0) head_ = fresh;
      if (auto fault = check_partial_head(head_, limits_.head)) fail(fault->status, std::move(fault->reason));
      return bytes.size();
    }
    head = head.substr(0, end);
    if (auto fault = check_head(head, limits_.head)) {
      fail(fault->status, std::move(fault->reason));
      return bytes.size();
    }
    used += end - before;
    auto& parser = parser_->parser.emplace();
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());  // the guard has measured it
    parser.body_limit(boost::none);
    parser.eager(true);
    parser.on_chunk_body(parser_->chunk_data);
    state_ = State::kBody;
    std::size_t of_head = 0;
    parse(head, of_head);
    // Beast reads a request line without a version on into the next lines; whoever is in front of us would not.
    if (state_ != State::kFault && !parser.is_header_done()) fail(400, "the request line is malformed");
    if (state_ != State::kFault) decide_on_body();
  }
  if (state_ == State::kBody && used < bytes.size()) parse(bytes.substr(used), used);
  return used;
}

void RequestReader::parse(std::string_view bytes, std::size_t& used) {
  auto& parser = *parser_->parser;
  const bool in_chunks = parser.is_header_done() && parser.chunked();
  if (in_chunks && bytes.size() < kLastChunkMin) return;
  parser_->behind_data = bytes.data();
  while (!bytes.empty() && !parser.is_done()) {
    beast::error_code error;
    const std::size_t took = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    used += took;
    bytes.remove_prefix(took);
    if (error == beast::http::error::need_more) break;
    if (error == beast::http::error::body_limit) return fail_too_large();
    if (error) return fail(400, "the request is malformed: " + error.message());
  }
  describe();
  if (!parser.is_done()) return;
  if (in_chunks) {
    if (auto fault = check_last_chunk({parser_->behind_data, bytes.data()}, limits_.head)) {
      return fail(fault->status, std::move(fault->reason));
    }
  }
  state_ = State::kComplete;
}

void RequestReader::decide_on_body() {
  auto& parser = *parser_->parser;
  if (!request_.host.empty() && !parse_host(request_.host)) return fail(400, "the target names no host");
  streamed_ = limits_.is_streamed != nullptr && limits_.is_streamed(request_);
  const std::uint64_t bytes_max = streamed_ ? limits_.streamed_bytes_max : limits_.body_bytes_max;
  if (const auto announced = parser.content_length(); announced && *announced > bytes_max) return fail_too_large();
  parser.body_limit(bytes_max);
  if (streamed_) request_.body_stream = stream_;
}

std::string RequestReader::take_body() {
  request_.body = {};
  return std::exchange(parser_->parser->get().body(), {});
}

void RequestReader::describe() {
  const auto& message = parser_->parser->get();
  const auto view = [](beast::string_view text) { return std::string_view(text.data(), text.size()); };
  if (request_.fields.empty()) {
    request_.method = view(message.method_string());
    const RequestTarget target = split_target(view(message.target()));
    request_.path = target.path;
    request_.query = target.query;
    // RFC 9112, section 3.2.2: an absolute target counts, whatever Host says.
    request_.host = target.authority.value_or(view(message[beast::http::field::host]));
    request_.http_1_0 = message.version() < 11;
    request_.keep_alive = message.keep_alive();
    for (const auto& field : message) request_.fields.emplace_back(view(field.name_string()), view(field.value()));
  }
  request_.body = message.body();
}

bool RequestReader::expects_continue() const {
  return state_ == State::kBody && !request_.http_1_0 && request_.has_token("Expect", "100-continue");
}

void RequestReader::fail_too_large() {
  if (streamed_) return fail(413, "the body is larger than an attachment may be (--max-attachment-bytes)");
  fail(413, fmt::format("the body is larger than {} bytes (--max-body-bytes)", limits_.body_bytes_max));
}

void RequestReader::fail(int status, std::string reason) {
  state_ = State::kFault;
  fault_ = {.status = status, .reason = std::move(reason)};
}

}  // namespace vestnik::api::http
