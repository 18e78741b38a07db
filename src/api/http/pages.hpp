// The pages inside the binary, as HTTP answers: content types, gzip, caching, security policy. Any thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/http/message.hpp"
#include "base/embedded.hpp"

namespace vestnik::api::http {

class Pages {
 public:
  explicit Pages(std::span<const EmbeddedFile> files);

  // The answer to a GET or HEAD of `path`; nullopt when no page has it.
  std::optional<Response> find(const Request& request) const;

  // A page that says that nothing is at this address (404), for a browser that asks for a page; nullopt for anything
  // else.
  std::optional<Response> lost(const Request& request) const;

 private:
  struct Page {
    std::string_view bytes;
    std::string_view gzip;  // empty when there is none
    std::string_view content_type;
    std::string etag;
    bool immutable = false;  // its name changes with its content
  };

  std::map<std::string, Page, std::less<>> by_path_;
};

}  // namespace vestnik::api::http
