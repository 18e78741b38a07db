#include "api/grpc/status.hpp"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace vestnik::api::grpc {

::grpc::Status to_status(const Error& error) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(error.code));
  details.set_message(error.detail);
  if (!error.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const Violation& violation : error.violations) {
      auto& out = *bad_request.add_field_violations();
      out.set_field(violation.field);
      out.set_description(violation.reason);
    }
    details.add_details()->PackFrom(bad_request);
  }
  if (error.retry_after.count() > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(error.retry_after.count());
    details.add_details()->PackFrom(retry);
  }
  return {static_cast<::grpc::StatusCode>(error.code), error.detail, details.SerializeAsString()};
}

}  // namespace vestnik::api::grpc
