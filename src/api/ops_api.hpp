// The methods of vestnik.ops.v1.Ops: version, health, liveness, readiness.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/server_status.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/ops/v1/ops.pb.h"

namespace vestnik::api {

struct BuildInfo {
  std::string version;
  std::string commit;
  std::string compiler;
};

// A part of the server that may fail.
struct Component {
  struct State {
    bool degraded = false;
    std::string detail = {};  // where it is, or what is wrong
  };

  std::string name;
  // Blocks while it is looked at. An error: the server cannot do without it, and it fails.
  std::function<Result<State>()> look;
};

class OpsApi {
 public:
  OpsApi(std::vector<Component> components, runtime::BlockingPool& pool, ServerStatus& status, BuildInfo build)
      : components_(std::move(components)), pool_(pool), status_(status), build_(std::move(build)) {}

  void add_to(Methods& methods);

 private:
  Task<Result<void>> get_version(Call& call, const ops::v1::GetVersionRequest& request, ops::v1::Version& response);
  Task<Result<void>> get_health(Call& call, const ops::v1::GetHealthRequest& request, ops::v1::Health& response);
  Task<Result<void>> check_live(Call& call, const ops::v1::CheckLiveRequest& request,
                                ops::v1::CheckLiveResponse& response);
  Task<Result<void>> check_ready(Call& call, const ops::v1::CheckReadyRequest& request,
                                 ops::v1::CheckReadyResponse& response);

  struct Looked {
    Component::State state;
    std::chrono::nanoseconds took;
  };
  // At each component, in their order. Errors: unavailable, with the one that fails. Blocks.
  Result<std::vector<Looked>> look() const;

  std::vector<Component> components_;
  runtime::BlockingPool& pool_;
  ServerStatus& status_;
  BuildInfo build_;
};

}  // namespace vestnik::api
