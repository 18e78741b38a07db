// Keeps pages of other sites from using this server through the browsers of its users: by a name that was made to lead
// here (DNS rebinding), or from another origin. Any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.hpp"
#include "base/error.hpp"

namespace vestnik::api::http {

class OriginGuard {
 public:
  struct Options {
    std::string address = "127.0.0.1";  // that the server listens on
    bool require_sessions = false;
    std::vector<std::string> allowed_hosts;    // lower case, "chat.example.com" or "chat.example.com:8080"
    std::vector<std::string> allowed_origins;  // lower case, "https://chat.example.com"
  };

  explicit OriginGuard(Options options);

  // The 421 for a request that calls the server by a name that is not its own. On a loopback address its own names are
  // localhost, loopback addresses and `allowed_hosts`. Elsewhere they are all IP addresses and names that no public DNS
  // server can give away as well, and without `allowed_hosts`, where sessions are required, all names.
  std::optional<Response> check_host(const Request& request, std::string_view request_id) const;

  // permission_denied for a page of another origin. Clients that are no browsers name no origin.
  std::optional<Error> check_origin(const Request& request) const;

  // Whether pages of this origin may use the API, though it is not the server's own.
  bool is_allowed_origin(std::string_view origin) const;

 private:
  bool knows(std::string_view host) const;
  bool is_own_origin(std::string_view origin, std::string_view host) const;

  Options options_;
  boost::asio::ip::address address_;
};

}  // namespace vestnik::api::http
