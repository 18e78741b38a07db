// A server for one client on a free loopback port, whose answers the test decides.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace vestnik::cli {

class LoopbackServer {
 public:
  // From a request's body to the whole answer; an empty one cuts the connection.
  using Answer = std::function<std::string(const std::string& body)>;

  explicit LoopbackServer(Answer answer) : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    listen(listener_, 16);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_one_after_another(); });
  }

  ~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);
    if (const int connection = connection_.load(); connection >= 0) shutdown(connection, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<std::string> bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }

  // Request lines and headers.
  std::vector<std::string> heads() const {
    const std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  void accept_one_after_another() {
    for (int connection; (connection = accept(listener_, nullptr, nullptr)) >= 0;) {
      connection_ = connection;
      serve(connection);
      connection_ = -1;
      close(connection);
    }
  }

  void serve(int connection) {
    std::string input;
    char bytes[65'536];
    while (true) {
      const std::size_t head = input.find("\r\n\r\n");
      const std::size_t length = input.find("Content-Length: ");
      const std::size_t body = length < head ? std::stoul(input.substr(length + 16)) : 0;
      if (head != input.npos && input.size() >= head + 4 + body) {
        const std::string request = input.substr(head + 4, body);
        const std::string lines = input.substr(0, head + 2);
        input.erase(0, head + 4 + body);
        {
          const std::lock_guard lock(mutex_);
          heads_.push_back(lines);
          bodies_.push_back(request);
        }
        const std::string answer = answer_(request);
        if (answer.empty()) return;
        if (send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
        continue;
      }
      const ssize_t size = recv(connection, bytes, sizeof(bytes), 0);
      if (size <= 0) return;
      input.append(bytes, static_cast<std::size_t>(size));
    }
  }

  Answer answer_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connection_ = -1;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::vector<std::string> bodies_;
  std::thread thread_;
};

inline std::string http_answer(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

}  // namespace vestnik::cli
