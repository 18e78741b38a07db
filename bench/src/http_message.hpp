// HTTP/1.1 as far as a keep-alive client and the bare responder need it (RFC 9112): messages with Content-Length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "socket.hpp"

namespace vestnik::bench {

struct HttpExtent {
  std::size_t head = 0;   // bytes up to and with the empty line
  std::size_t total = 0;  // head and body; 0 while the head is incomplete
};

// The extent of the message at the start of `bytes`. Without Content-Length the body counts as empty.
HttpExtent http_extent(std::string_view bytes);

// The status code of a response, 0 when it is not one.
int http_status(std::string_view response);

// A POST with a JSON body over a kept connection.
std::string http_post_request(std::string_view path, std::string_view body);

struct HttpResponse {
  int status = 0;
  std::string body;
  std::size_t total_bytes = 0;
};

// One blocking keep-alive connection.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : socket_(connect_to(port)) {}

  // Throws std::system_error or std::runtime_error when the server closes or does not answer within 10 s.
  HttpResponse get(std::string_view path);

 private:
  Fd socket_;
  std::string received_;
};

}  // namespace vestnik::bench
