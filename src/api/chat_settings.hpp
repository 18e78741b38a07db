// The settings of the chat that the contract's rules refer to.
#pragma once

#include "api/rules/settings.hpp"
#include "chat/rules.hpp"

namespace vestnik::api {

Settings settings_of(const chat::Limits& limits);

}  // namespace vestnik::api
