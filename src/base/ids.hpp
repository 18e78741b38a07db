// Random names from the system's generator. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vestnik {

// UUID version 4 (RFC 9562), lower case with hyphens.
std::string make_uuid();

// `length` characters of [0-9a-z], each worth 5.17 bits.
std::string make_token(std::size_t length);

// In any case: RFC 9562, section 4. Ours are kept in lower case.
bool looks_like_uuid(std::string_view text);

// Whether a stranger's id of a request may stand in our logs and answers: 1 to 64 of [0-9A-Za-z._-].
bool is_request_id(std::string_view text);

}  // namespace vestnik
