#include "api/transcoder/openapi_operation.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "api/transcoder/field_value.hpp"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

const FieldDescriptor* same(const Descriptor& type, const FieldDescriptor* field) {
  return field ? find_field(type, field->name()) : nullptr;
}

bool is_documented(const Route& route) {
  static constexpr std::string_view kVerbs[] = {"GET", "PUT", "POST", "DELETE", "PATCH"};
  return std::ranges::find(kVerbs, route.verb) != std::end(kVerbs);
}

}  // namespace

const FieldDescriptor* Operation::body_field() const {
  return same(input(), route->body_field);
}

const FieldDescriptor* Operation::response_field() const {
  return same(output(), route->response_field);
}

bool Operation::is_public() const {
  return method->options().GetExtension(v1::access) == v1::ACCESS_PUBLIC;
}

std::string Operation::path() const {
  std::string text;
  bool in_pattern = false;
  for (const char c : route->path.text()) {
    if (c == '=') in_pattern = true;
    if (c == '}') in_pattern = false;
    if (!in_pattern) text += c;
  }
  return text;
}

std::vector<std::string> Operation::in_path() const {
  std::vector<std::string> fields;
  for (const auto& variable : route->path.variables()) fields.push_back(variable.field_path);
  return fields;
}

void build_pool(DescriptorPool& pool, std::string_view descriptor_set) {
  google::protobuf::FileDescriptorSet files;
  if (!files.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size()))) {
    throw std::logic_error("the contract's descriptors cannot be read");
  }
  for (const auto& file : files.file()) {
    if (pool.BuildFile(file) == nullptr)
      throw std::logic_error("the contract's descriptors lack a part of " + file.name());
  }
}

std::vector<Operation> list_operations(const DescriptorPool& pool, const RouteTable& routes) {
  std::vector<Operation> operations;
  std::map<const MethodDescriptor*, int> bindings;
  for (const auto& route : routes.routes()) {
    if (!is_documented(*route)) continue;
    const MethodDescriptor* method = pool.FindMethodByName(route->method->full_name());
    if (method == nullptr) throw std::logic_error("the contract's descriptors lack " + route->method->full_name());
    std::string id = fmt::format("{}_{}", method->service()->name(), method->name());
    if (const int binding = ++bindings[method]; binding > 1) id += fmt::format("_{}", binding);
    operations.push_back({route.get(), method, std::move(id)});
  }
  return operations;
}

}  // namespace vestnik::api
