#include "cli/server.hpp"

#include "cli/http_client.hpp"

namespace vestnik::cli {

std::string Server::room_url() const {
  return url + "/api/v1/rooms/" + escape_for_url(room);
}
std::string Server::messages_url() const {
  return room_url() + "/messages";
}
std::string Server::events_url() const {
  return room_url() + "/events";
}

}  // namespace vestnik::cli
