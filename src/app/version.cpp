#include "app/version.hpp"

namespace vestnik::app {

api::BuildInfo build_info() {
  return {.version = VESTNIK_VERSION, .commit = VESTNIK_COMMIT, .compiler = __VERSION__};
}

}  // namespace vestnik::app
