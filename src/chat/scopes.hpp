// What a credential may be used for.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace vestnik::chat {

enum class Scope : std::uint8_t {
  kChat = 1,      // read and write as its user
  kDelivery = 2,  // recipients and campaigns
  kOps = 4,       // statistics and metrics
  kAdmin = 8,     // what the owner of any room may do, and the removal of users; includes the others
};

// A set of scopes. Pure; any thread.
class Scopes {
 public:
  constexpr Scopes() = default;
  constexpr Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) bits_ |= static_cast<std::uint8_t>(scope);
  }
  // As stored; unknown bits grant nothing.
  static constexpr Scopes from_bits(std::int64_t bits) {
    Scopes scopes;
    scopes.bits_ = static_cast<std::uint8_t>(bits & 0xF);
    return scopes;
  }

  constexpr bool has(Scope scope) const { return (bits_ & static_cast<std::uint8_t>(scope)) != 0 || is_admin(); }
  constexpr std::int64_t bits() const { return bits_; }

  bool operator==(const Scopes&) const = default;

 private:
  constexpr bool is_admin() const { return (bits_ & static_cast<std::uint8_t>(Scope::kAdmin)) != 0; }

  std::uint8_t bits_ = 0;
};

// "chat,ops"; "none" for the empty set.
std::string to_string(Scopes scopes);
// The scope of that name. Errors: invalid_argument naming `scopes`.
Result<Scope> parse_scope(std::string_view name);

}  // namespace vestnik::chat
