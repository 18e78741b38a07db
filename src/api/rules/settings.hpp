// What the running server is set to, for the rules of the contract that refer to a setting.
#pragma once

#include <cstdint>
#include <limits>
#include <map>

#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {

class Settings {
 public:
  void set(v1::Setting setting, std::int64_t value) { values_[setting] = value; }
  // Unlimited when nobody set it.
  std::int64_t value(v1::Setting setting) const {
    const auto found = values_.find(setting);
    return found == values_.end() ? std::numeric_limits<std::int64_t>::max() : found->second;
  }

 private:
  std::map<v1::Setting, std::int64_t> values_;
};

}  // namespace vestnik::api
