// The operations of an OpenAPI document: routes beside the descriptors that have comments. For openapi.cpp.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "api/transcoder/route_table.hpp"

namespace vestnik::api {

// A route with the descriptors that have comments; those of the generated code have none.
struct Operation {
  const Route* route;
  const google::protobuf::MethodDescriptor* method;
  std::string id;  // unique in the document

  const google::protobuf::Descriptor& input() const { return *method->input_type(); }
  const google::protobuf::Descriptor& output() const { return *method->output_type(); }
  const google::protobuf::FieldDescriptor* body_field() const;      // nullptr: none, or the whole input
  const google::protobuf::FieldDescriptor* response_field() const;  // nullptr: the whole output
  bool takes_body() const { return route->whole_body || route->body_field != nullptr; }
  bool is_public() const;
  // OpenAPI knows "{name}" where google.api.http has "{name=pattern}".
  std::string path() const;
  std::vector<std::string> in_path() const;  // the fields of the input that the path has
};

// Puts the files of a serialised google.protobuf.FileDescriptorSet into the pool. Throws std::logic_error when some are
// missing.
void build_pool(google::protobuf::DescriptorPool& pool, std::string_view descriptor_set);

// Of every route that OpenAPI has a verb for, in the order of the routes. Throws std::logic_error when the pool lacks
// one of the methods.
std::vector<Operation> list_operations(const google::protobuf::DescriptorPool& pool, const RouteTable& routes);

}  // namespace vestnik::api
