// The methods of vestnik.ops.v1.Ops: version, health, liveness, readiness.
#pragma once

#include <string>

#include "api/call.hpp"
#include "api/server_status.hpp"
#include "base/server_clock.hpp"
#include "chat/chat_service.hpp"
#include "chat/store_failures.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/ops/v1/ops.pb.h"

namespace vestnik::api {

struct BuildInfo {
  std::string version;
  std::string commit;
  std::string compiler;
};

// What else tells how the server is, besides the storage itself.
struct HealthSources {
  const chat::StoreFailures& store_failures;
  const chat::ChatService& chat;
  const ServerClock& clock;
};

class OpsApi {
 public:
  OpsApi(chat::ChatStore& store, HealthSources sources, runtime::BlockingPool& pool, ServerStatus& status,
         BuildInfo build)
      : store_(store), sources_(sources), pool_(pool), status_(status), build_(std::move(build)) {}

  void add_to(Methods& methods);

 private:
  Task<Result<void>> get_version(Call& call, const ops::v1::GetVersionRequest& request, ops::v1::Version& response);
  Task<Result<void>> get_health(Call& call, const ops::v1::GetHealthRequest& request, ops::v1::Health& response);
  Task<Result<void>> check_live(Call& call, const ops::v1::CheckLiveRequest& request,
                                ops::v1::CheckLiveResponse& response);
  Task<Result<void>> check_ready(Call& call, const ops::v1::CheckReadyRequest& request,
                                 ops::v1::CheckReadyResponse& response);

  // What is wrong with the time, as a sentence.
  std::optional<std::string> clock_trouble() const;

  chat::ChatStore& store_;
  HealthSources sources_;
  runtime::BlockingPool& pool_;
  ServerStatus& status_;
  BuildInfo build_;
};

}  // namespace vestnik::api
