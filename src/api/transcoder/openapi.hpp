// The OpenAPI 3.1 description of the HTTP API, made from the contract's descriptors and their comments.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace vestnik::api {

class RouteTable;

// A path beside the contract, with its Path Item Object as JSON; it may refer to what the document has.
struct DescribedPath {
  std::string_view path;
  std::string_view json;
};

// `descriptor_set` is a serialised google.protobuf.FileDescriptorSet with source info and all imports
// (embedded::contract()). Comments become descriptions; "Example: <JSON>" and "Default: <JSON>" in a field's comment
// become its example and default. `beside` follows the contract's paths. Throws std::logic_error when the set does not
// hold the services of `routes`.
std::string make_openapi(std::string_view descriptor_set, const RouteTable& routes, std::string_view version,
                         std::span<const DescribedPath> beside = {});

}  // namespace vestnik::api
