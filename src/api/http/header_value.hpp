// Header values with parameters, such as Content-Type and Content-Disposition (RFC 9110, section 5.6.6; RFC 6266; RFC
// 8187). Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vestnik::api::http {

struct HeaderValue {
  std::string value;                                            // in lower case, such as "multipart/form-data"
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, quotes taken off

  // nullptr when it is not there.
  const std::string* parameter(std::string_view name) const;
};

// nullopt when it is malformed or names a parameter twice.
std::optional<HeaderValue> parse_header_value(std::string_view text);

// The name of the file that a Content-Disposition tells: filename* when it is there and in UTF-8, else filename;
// nullopt when there is none. As the client wrote it: it may hold a path.
std::optional<std::string> file_name_of(const HeaderValue& disposition);

// "attachment; filename*=UTF-8''..." with a plain filename beside it for old clients. `kind` is "attachment" or
// "inline".
std::string make_content_disposition(std::string_view kind, std::string_view file_name);

}  // namespace vestnik::api::http
