// Errors over gRPC: code and detail, with the fields at fault as google.rpc.BadRequest.
#pragma once

#include <grpcpp/support/status.h>

#include "base/error.hpp"

namespace vestnik::api::grpc {

::grpc::Status to_status(const Error& error);

}  // namespace vestnik::api::grpc
