// The OpenAPI 3.1 description of the HTTP API, made from the contract's descriptors and their comments.
#pragma once

#include <string>
#include <string_view>

namespace vestnik::api {

class RouteTable;

// `descriptor_set` is a serialised google.protobuf.FileDescriptorSet with source info and all imports
// (embedded::contract()). Comments become descriptions; "Example: <JSON>" and "Default: <JSON>" in a field's comment
// become its example and default. Throws std::logic_error when the set does not hold the services of `routes`.
std::string make_openapi(std::string_view descriptor_set, const RouteTable& routes, std::string_view version);

}  // namespace vestnik::api
