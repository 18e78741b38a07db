// Optional fields of the contract as optional values: VESTNIK_FIELD(request, limit).
#pragma once

#include <optional>

#define VESTNIK_FIELD(message, name) ((message).has_##name() ? std::optional((message).name()) : std::nullopt)
