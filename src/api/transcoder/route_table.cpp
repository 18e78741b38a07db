#include "api/transcoder/route_table.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <unordered_map>

#include "api/transcoder/field_value.hpp"
#include "api/transcoder/parameters.hpp"
#include "google/api/annotations.pb.h"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {
namespace {

using google::api::HttpRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr int kStatusOk = 200;

struct Pattern {
  std::string verb;
  std::string path;
};

Pattern pattern_of(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get()};
    case HttpRule::kPut:
      return {"PUT", rule.put()};
    case HttpRule::kPost:
      return {"POST", rule.post()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path()};
    case HttpRule::PATTERN_NOT_SET:
      break;
  }
  throw std::logic_error("an annotation google.api.http has no path");
}

const FieldDescriptor* require_field(const Descriptor& type, std::string_view name) {
  if (const FieldDescriptor* field = find_field(type, name)) return field;
  throw std::logic_error(fmt::format("{} has no field \"{}\" that its google.api.http names", type.full_name(), name));
}

void require_value_at(const Descriptor& root, std::string_view field_path) {
  const Descriptor* type = &root;
  while (true) {
    const std::size_t dot = field_path.find('.');
    const FieldDescriptor* field = require_field(*type, field_path.substr(0, dot));
    const bool is_object = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !is_timestamp(*field);
    const bool is_last = dot == std::string_view::npos;
    if (field->is_repeated() || is_object == is_last) {
      throw std::logic_error(fmt::format("{} cannot stand in a path", field->full_name()));
    }
    if (is_last) return;
    type = field->message_type();
    field_path.remove_prefix(dot + 1);
  }
}

std::unique_ptr<const Route> make_route(std::size_t index, const MethodDescriptor& method, const HttpRule& rule) {
  const Pattern pattern = pattern_of(rule);
  const int status = method.options().GetExtension(v1::http_status);
  auto route = std::make_unique<Route>(Route{.index = index,
                                             .verb = pattern.verb,
                                             .path = PathTemplate(pattern.path),
                                             .method = &method,
                                             .whole_body = rule.body() == "*",
                                             .body_field = nullptr,
                                             .response_field = nullptr,
                                             .success_status = status == 0 ? kStatusOk : status});
  for (const auto& variable : route->path.variables()) require_value_at(*method.input_type(), variable.field_path);
  if (!rule.body().empty() && !route->whole_body) {
    route->body_field = require_field(*method.input_type(), rule.body());
    if (route->body_field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE && !route->body_field->is_repeated()) {
      throw std::logic_error(
          fmt::format("{} is no object or array and cannot be a body", route->body_field->full_name()));
    }
  }
  if (!rule.response_body().empty()) {
    route->response_field = require_field(*method.output_type(), rule.response_body());
  }
  return route;
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace

// One place in the tree of all templates, a segment a step. A lookup visits a node at most once, because every node is
// at one depth; so it is bounded by the size of the contract, whatever the path.
struct RouteTable::Node {
  std::unordered_map<std::string, std::unique_ptr<Node>, TextHash, std::equal_to<>> literals;
  std::unique_ptr<Node> one;
  std::unique_ptr<Node> rest;
  std::vector<const Route*> routes;  // that end here

  Node& child(const PathTemplate::Segment& segment) {
    std::unique_ptr<Node>& next = segment.kind == PathTemplate::Kind::kLiteral ? literals[segment.literal]
                                  : segment.kind == PathTemplate::Kind::kOne   ? one
                                                                               : rest;
    if (!next) next = std::make_unique<Node>();
    return *next;
  }

  void add(const Route& route) {
    Node* node = this;
    for (const auto& segment : route.path.segments()) node = &node->child(segment);
    for (const Route* other : node->routes) {
      if (other->verb == route.verb && other->path.verb() == route.path.verb()) {
        throw std::logic_error(fmt::format("{} and {} both answer {} {}", other->method->full_name(),
                                           route.method->full_name(), route.verb, route.path.text()));
      }
    }
    node->routes.push_back(&route);
  }

  struct Search {
    std::string_view verb;
    std::string_view path_verb;
    std::vector<std::string_view> segments;
    std::vector<std::string_view> allowed;  // verbs of routes that have the path
  };

  const Route* find(Search& search, std::size_t depth = 0) const {
    if (depth == search.segments.size()) {
      if (const Route* route = pick(search)) return route;
    } else {
      const std::string_view segment = search.segments[depth];
      if (const auto next = literals.find(segment); next != literals.end()) {
        if (const Route* route = next->second->find(search, depth + 1)) return route;
      }
      if (one && !segment.empty()) {
        if (const Route* route = one->find(search, depth + 1)) return route;
      }
    }
    return rest ? rest->pick(search) : nullptr;
  }

 private:
  const Route* pick(Search& search) const {
    for (const Route* route : routes) {
      if (route->path.verb() != search.path_verb) continue;
      if (route->verb == search.verb) return route;
      search.allowed.push_back(route->verb);
      if (route->verb == "GET" && !route->method->server_streaming()) search.allowed.push_back("HEAD");
    }
    return nullptr;
  }
};

namespace {

// The text of a variable. Over several segments an encoded slash stays encoded, so that it can be told from a real one.
std::string value_text(const PathTemplate::Variable& variable, bool is_rest, std::span<const std::string_view> raw) {
  const std::size_t last = is_rest ? raw.size() : variable.last;
  const bool single = last == variable.first + 1 && !is_rest;
  std::string text;
  for (std::size_t i = variable.first; i < last; ++i) {
    if (i > variable.first) text += '/';
    // Cannot fail: the path as a whole was decoded before.
    text += percent_decode(raw[i], false, !single).value();
  }
  return text;
}

Match make_match(const Route& route, std::span<const std::string_view> raw) {
  Match match{.route = &route, .values = {}};
  match.values.reserve(route.path.variables().size());
  const auto& segments = route.path.segments();
  for (const auto& variable : route.path.variables()) {
    const bool is_rest = segments[variable.last - 1].kind == PathTemplate::Kind::kRest;
    match.values.push_back({variable.field_path, value_text(variable, is_rest, raw)});
  }
  return match;
}

RouteMiss miss(std::string_view verb, std::vector<std::string_view> allowed) {
  if (allowed.empty()) {
    return {404, {ErrorCode::kNotFound, "There is no such path; /docs and /openapi.json list what there is."}, {}};
  }
  std::ranges::sort(allowed);
  allowed.erase(std::ranges::unique(allowed).begin(), allowed.end());
  std::string allow = fmt::format("{}", fmt::join(allowed, ", "));
  std::string detail = fmt::format("The path does not have the method {}; it has {}.", verb, allow);
  return {405, {ErrorCode::kUnimplemented, std::move(detail)}, std::move(allow)};
}

}  // namespace

RouteTable::RouteTable(std::span<const ServiceDescriptor* const> services) : root_(std::make_unique<Node>()) {
  for (const ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (!method.options().HasExtension(google::api::http)) continue;
      const HttpRule& rule = method.options().GetExtension(google::api::http);
      routes_.push_back(make_route(routes_.size(), method, rule));
      for (const HttpRule& binding : rule.additional_bindings()) {
        routes_.push_back(make_route(routes_.size(), method, binding));
      }
    }
  }
  for (const auto& route : routes_) root_->add(*route);
}

RouteTable::~RouteTable() = default;

std::expected<Match, RouteMiss> RouteTable::match(std::string_view verb, std::string_view path) const {
  auto request = split_path(path);
  if (!request) return std::unexpected(RouteMiss{400, std::move(request.error()), {}});

  Node::Search search{.verb = verb, .path_verb = {}, .segments = {}, .allowed = {}};
  for (std::size_t i = 0; i < request->raw.size(); ++i) search.segments.push_back(request->text(i));

  const std::string_view last = request->raw.back();
  if (const std::size_t colon = last.rfind(':'); colon != std::string_view::npos) {
    Node::Search verb_search = search;
    const std::string_view stem = last.substr(0, colon);
    const auto path_verb = percent_decode(last.substr(colon + 1));
    const auto stem_text = percent_decode(stem);
    if (path_verb && stem_text) {
      verb_search.path_verb = *path_verb;
      verb_search.segments.back() = *stem_text;
      if (const Route* route = root_->find(verb_search)) {
        request->raw.back() = stem;
        return make_match(*route, request->raw);
      }
      search.allowed = std::move(verb_search.allowed);
    }
  }
  if (const Route* route = root_->find(search)) return make_match(*route, request->raw);
  return std::unexpected(miss(verb, std::move(search.allowed)));
}

}  // namespace vestnik::api
