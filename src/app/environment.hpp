// The environment variables of a process as a value, so that tests can give their own.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace vestnik::app {

using Environment = std::map<std::string, std::string, std::less<>>;

// The variables of this process. Start of the program only: they are read without a lock.
Environment process_environment();

}  // namespace vestnik::app
