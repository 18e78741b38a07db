// What every command of the terminal needs to reach a server, and the addresses of its API.
#pragma once

#include <string>
#include <vector>

namespace vestnik::cli {

struct Server {
  std::string url = "http://localhost:5000";  // scheme, host, port; without a slash at the end
  std::string room = "stream";                // name or UUID
  std::string session;                        // the secret of a session; empty: none. Never shown

  // What says who asks, for every request; nothing without a session.
  std::vector<std::string> headers() const;

  // `path` begins with a slash.
  std::string api_url(const std::string& path) const { return url + "/api/v1" + path; }
  std::string room_url() const;      // GET: the room
  std::string messages_url() const;  // POST: a message, GET: history
  std::string events_url() const;    // GET: server-sent events
  std::string members_url() const;   // GET: who is in the room
};

}  // namespace vestnik::cli
