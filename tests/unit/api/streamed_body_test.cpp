// The request reader with bodies that are taken as they arrive.
#include <gtest/gtest.h>

#include <string>

#include "api/http/body.hpp"
#include "api/http/request_reader.hpp"

namespace vestnik::api::http {
namespace {

using State = RequestReader::State;

RequestReader::Limits limits() {
  return {.body_bytes_max = 10,
          .is_streamed = [](const Request& head) { return head.path == "/stream"; },
          .streamed_bytes_max = 1000};
}

class NoStream final : public BodyStream {
 public:
  Task<Result<std::string>> next() override { co_return std::string(); }
};

std::string head(std::string_view path, std::string_view field) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n";
}

// What a connection does: feeds what has come, and takes the body from time to time.
std::string read(RequestReader& reader, std::string_view bytes, std::size_t piece) {
  std::string body;
  std::string unread;
  while (!bytes.empty() && reader.state() != State::kFault) {
    unread += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    unread.erase(0, reader.feed(unread));
    if (reader.is_streamed()) body += reader.take_body();
  }
  return body;
}

TEST(StreamedBody, ComesOutInPieces) {
  const std::string content(900, 'x');
  const std::string requests[] = {
      head("/stream", "Content-Length: 900") + content,
      head("/stream", "Transfer-Encoding: chunked") + "1f4\r\n" + content.substr(0, 500) + "\r\n190\r\n" +
          content.substr(500) + "\r\n0\r\n\r\n",
  };
  for (const std::string& request : requests) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{64}, request.size()}) {
      NoStream stream;
      RequestReader reader(limits(), &stream);
      EXPECT_EQ(read(reader, request, piece), content);
      EXPECT_EQ(reader.state(), State::kComplete);
      EXPECT_TRUE(reader.is_streamed());
      EXPECT_EQ(reader.request().body_stream, &stream);
      EXPECT_EQ(reader.request().body, "");
      EXPECT_EQ(reader.take_body(), "");
      reader.reset();
      EXPECT_FALSE(reader.is_streamed());
    }
  }
}

TEST(StreamedBody, OthersAreHeldAsBefore) {
  RequestReader reader(limits());
  read(reader, head("/other", "Content-Length: 5") + "12345", 3);
  EXPECT_FALSE(reader.is_streamed());
  EXPECT_EQ(reader.request().body, "12345");
  EXPECT_EQ(reader.request().body_stream, nullptr);
}

TEST(StreamedBody, EachKindHasItsLimit) {
  const auto status_of = [](const std::string& request) {
    RequestReader reader(limits());
    read(reader, request, 64);
    return reader.state() == State::kFault ? reader.fault().status : 0;
  };
  EXPECT_EQ(status_of(head("/stream", "Content-Length: 1001")), 413) << "before a byte of it";
  EXPECT_EQ(status_of(head("/stream", "Content-Length: 1000")), 0);
  EXPECT_EQ(status_of(head("/stream", "Content-Length: 1000000000")), 413);
  EXPECT_EQ(status_of(head("/other", "Content-Length: 11")), 413);
  EXPECT_EQ(status_of(head("/other", "Content-Length: 10")), 0);
  const std::string chunk = "64\r\n" + std::string(100, 'x') + "\r\n";
  std::string chunks;
  for (int i = 0; i < 10; ++i) chunks += chunk;
  EXPECT_EQ(status_of(head("/stream", "Transfer-Encoding: chunked") + chunks + "0\r\n\r\n"), 0);
  EXPECT_EQ(status_of(head("/stream", "Transfer-Encoding: chunked") + chunks + "1\r\nx\r\n0\r\n\r\n"), 413);
  EXPECT_EQ(status_of(head("/other", "Transfer-Encoding: chunked") + chunk), 413);
}

}  // namespace
}  // namespace vestnik::api::http
