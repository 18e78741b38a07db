#include "chat/scopes.hpp"

#include <fmt/format.h>

#include <array>

namespace vestnik::chat {
namespace {

struct Name {
  std::string_view text;
  Scope scope;
};

constexpr std::array kNames = {
    Name{"chat", Scope::kChat},
    Name{"delivery", Scope::kDelivery},
    Name{"ops", Scope::kOps},
    Name{"admin", Scope::kAdmin},
};

}  // namespace

std::string to_string(Scopes scopes) {
  std::string text;
  for (const auto& [name, scope] : kNames) {
    if ((scopes.bits() & static_cast<std::int64_t>(scope)) == 0) continue;
    if (!text.empty()) text += ',';
    text += name;
  }
  return text.empty() ? "none" : text;
}

Result<Scope> parse_scope(std::string_view name) {
  for (const auto& [text, scope] : kNames) {
    if (text == name) return scope;
  }
  return invalid("scopes", fmt::format("there is no scope \"{:.32}\"; give chat, delivery, ops or admin", name));
}

}  // namespace vestnik::chat
