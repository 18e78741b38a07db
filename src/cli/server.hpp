// What every command of the terminal needs to reach a server, and the addresses of its API.
#pragma once

#include <string>

namespace vestnik::cli {

struct Server {
  std::string url = "http://localhost:5000";  // scheme, host, port; without a slash at the end
  std::string room = "stream";                // name or UUID

  std::string room_url() const;      // GET: the room
  std::string messages_url() const;  // POST: a message, GET: history
  std::string events_url() const;    // GET: server-sent events
};

}  // namespace vestnik::cli
