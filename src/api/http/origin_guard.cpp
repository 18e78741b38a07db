#include "api/http/origin_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/http/host.hpp"
#include "base/text.hpp"

namespace vestnik::api::http {
namespace {

constexpr int kMisdirectedRequest = 421;

// Names that no public DNS server answers for (RFC 6761, RFC 6762, RFC 8375; .internal and .lan by custom).
constexpr std::array<std::string_view, 4> kPrivateDomains = {".local", ".internal", ".home.arpa", ".lan"};

bool is_localhost(std::string_view name) {
  return name == "localhost" || name.ends_with(".localhost");
}

bool is_private(std::string_view name) {
  return name.find('.') == name.npos ||
         std::ranges::any_of(kPrivateDomains, [name](std::string_view domain) { return name.ends_with(domain); });
}

// Whether `host` is the entry of a list, which stands for every port when it has none.
bool matches(std::string_view entry, std::string_view host, const Host& parsed) {
  if (same_in_any_case(entry, host)) return true;
  const auto of_entry = parse_host(entry);
  return of_entry && of_entry->port.empty() && same_in_any_case(of_entry->name, parsed.name);
}

}  // namespace

OriginGuard::OriginGuard(Options options) : options_(std::move(options)) {
  boost::system::error_code ignored;
  address_ = boost::asio::ip::make_address(options_.address, ignored);
}

bool OriginGuard::knows(std::string_view host) const {
  if (host.empty()) return true;  // HTTP/1.0; no browser
  const auto parsed = parse_host(host);
  if (!parsed) return false;
  std::string name = to_lower(parsed->name);
  if (name.ends_with('.')) name.pop_back();
  if (is_localhost(name)) return true;
  const auto is_listed = [&](std::string_view entry) { return matches(entry, host, *parsed); };
  if (std::ranges::any_of(options_.allowed_hosts, is_listed)) return true;

  const bool on_loopback = address_.is_loopback();
  boost::system::error_code not_an_address;
  const auto address = boost::asio::ip::make_address(name, not_an_address);
  if (!not_an_address) return !on_loopback || address.is_loopback();
  if (on_loopback) return false;
  return is_private(name) || (options_.require_sessions && options_.allowed_hosts.empty());
}

std::optional<Response> OriginGuard::check_host(const Request& request, std::string_view request_id) const {
  if (knows(request.host)) return std::nullopt;
  const auto parsed = parse_host(request.host);
  const std::string name(parsed ? parsed->name : request.host);
  const Error error{
      .code = ErrorCode::kPermissionDenied,
      .detail = fmt::format("This server does not answer to the name {}. If that is one of its names, start it with "
                            "--allowed-hosts {}.",
                            name, name),
      .violations = {{"Host", "is not a name of this server"}}};
  return make_problem(error, kMisdirectedRequest, request_id);
}

std::optional<Error> OriginGuard::check_origin(const Request& request) const {
  const std::string_view origin = request.field("Origin");
  if (origin.empty() || is_own_origin(origin, request.host) || is_allowed_origin(origin)) return std::nullopt;
  return Error{.code = ErrorCode::kPermissionDenied,
               .detail = fmt::format(
                   "The page comes from {}, and this server was called as {}. Behind a proxy, have it pass the "
                   "Host on as it came. For a page of another server, start this one with --allowed-origins.",
                   is_valid_utf8(origin) ? origin : "another origin", request.host),
               .violations = {{"Origin", "is not the address that this server was called by"}}};
}

bool OriginGuard::is_own_origin(std::string_view origin, std::string_view host) const {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    const std::string_view authority = origin.substr(scheme.size());
    return authority == host || std::ranges::find(options_.allowed_hosts, authority) != options_.allowed_hosts.end();
  }
  return false;
}

bool OriginGuard::is_allowed_origin(std::string_view origin) const {
  return std::ranges::find(options_.allowed_origins, origin) != options_.allowed_origins.end();
}

}  // namespace vestnik::api::http
