// The methods of vestnik.delivery.v1.Delivery about recipients.
#pragma once

#include "api/call.hpp"
#include "chat/authorize.hpp"
#include "chat/sessions.hpp"
#include "delivery/recipients.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/delivery/v1/delivery.pb.h"

namespace vestnik::api {

class RecipientApi {
 public:
  RecipientApi(delivery::Recipients& recipients, const chat::Sessions& sessions, chat::Access access,
               runtime::BlockingPool& pool)
      : recipients_(recipients), sessions_(sessions), access_(access), pool_(pool) {}

  void add_to(Methods& methods);

 private:
  Task<Result<void>> create_recipient(Call& call, const delivery::v1::CreateRecipientRequest& request,
                                      delivery::v1::Recipient& response);
  Task<Result<void>> list_recipients(Call& call, const delivery::v1::ListRecipientsRequest& request,
                                     delivery::v1::ListRecipientsResponse& response);
  Task<Result<void>> count_recipients(Call& call, const delivery::v1::CountRecipientsRequest& request,
                                      delivery::v1::CountRecipientsResponse& response);
  Task<Result<void>> get_recipient(Call& call, const delivery::v1::GetRecipientRequest& request,
                                   delivery::v1::Recipient& response);
  Task<Result<void>> update_recipient(Call& call, const delivery::v1::UpdateRecipientRequest& request,
                                      delivery::v1::Recipient& response);
  Task<Result<void>> delete_recipient(Call& call, const delivery::v1::DeleteRecipientRequest& request,
                                      delivery::v1::DeleteRecipientResponse& response);

  // Whether the caller may. Errors: unauthenticated, permission_denied.
  Result<void> authorize(const Call& call) const;
  // What `work` gives on the pool, for those who may.
  template <typename Work>
  Task<std::invoke_result_t<Work>> run(Call& call, Work work);

  delivery::Recipients& recipients_;
  const chat::Sessions& sessions_;
  chat::Access access_;
  runtime::BlockingPool& pool_;
};

}  // namespace vestnik::api
