// The options of a scenario: `--name value` pairs, each with a default.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace vestnik::bench {

class Options {
 public:
  // `arguments` are what follows the name of the scenario. Throws std::invalid_argument on a name without a value.
  Options(int count, char** arguments);

  // A whole number within [least, most]; throws std::invalid_argument otherwise.
  std::int64_t number(const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most);
  std::string text(const std::string& name, const std::string& fallback);
  // The number that must be given: a TCP port.
  std::uint16_t port();
  double seconds(const std::string& name, double fallback);

  // Throws std::invalid_argument when an option was given that nobody has asked for.
  void reject_unknown() const;

 private:
  std::map<std::string, std::string> given_;
  std::set<std::string> known_;
};

}  // namespace vestnik::bench
