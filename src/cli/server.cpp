#include "cli/server.hpp"

#include "cli/http_client.hpp"

namespace vestnik::cli {

std::vector<std::string> Server::headers() const {
  if (session.empty()) return {};
  return {"Authorization: Bearer " + session};
}
std::string Server::room_url() const {
  return api_url("/rooms/") + escape_for_url(room);
}
std::string Server::messages_url() const {
  return room_url() + "/messages";
}
std::string Server::events_url() const {
  return room_url() + "/events";
}
std::string Server::members_url() const {
  return room_url() + "/members";
}

}  // namespace vestnik::cli
