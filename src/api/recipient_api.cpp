#include "api/recipient_api.hpp"

#include <optional>
#include <type_traits>
#include <utility>

#include "api/convert.hpp"
#include "api/fields.hpp"

namespace vestnik::api {
namespace {

namespace proto = ::vestnik::delivery::v1;
using delivery::Channel;

void fill_recipient(const delivery::Recipient& recipient, proto::Recipient& out) {
  out.set_id(recipient.id);
  out.set_phone(recipient.phone);
  out.set_operator_code(recipient.operator_code);
  out.set_tag(recipient.tag);
  out.set_time_zone(recipient.time_zone);
  auto& addresses = *out.mutable_addresses();
  for (const auto& [channel, address] : recipient.addresses) {
    if (channel == Channel::kTelegram) addresses.set_telegram(address);
    if (channel == Channel::kViber) addresses.set_viber(address);
    if (channel == Channel::kWhatsapp) addresses.set_whatsapp(address);
  }
  out.mutable_attributes()->insert(recipient.attributes.begin(), recipient.attributes.end());
  out.set_unsubscribed(recipient.unsubscribed);
  to_contract(recipient.created_at, *out.mutable_created_at());
}

// Those that are given.
delivery::Addresses addresses_of(const proto::Addresses& given) {
  delivery::Addresses addresses;
  if (given.has_telegram()) addresses.emplace(Channel::kTelegram, given.telegram());
  if (given.has_viber()) addresses.emplace(Channel::kViber, given.viber());
  if (given.has_whatsapp()) addresses.emplace(Channel::kWhatsapp, given.whatsapp());
  return addresses;
}

template <typename Request>
delivery::RecipientFilter filter_of(const Request& request) {
  return {.operator_codes = {request.operator_codes().begin(), request.operator_codes().end()},
          .tags = {request.tags().begin(), request.tags().end()}};
}

}  // namespace

void RecipientApi::add_to(Methods& methods) {
  methods.add("vestnik.delivery.v1.Delivery.CreateRecipient", *this, &RecipientApi::create_recipient);
  methods.add("vestnik.delivery.v1.Delivery.ListRecipients", *this, &RecipientApi::list_recipients);
  methods.add("vestnik.delivery.v1.Delivery.CountRecipients", *this, &RecipientApi::count_recipients);
  methods.add("vestnik.delivery.v1.Delivery.GetRecipient", *this, &RecipientApi::get_recipient);
  methods.add("vestnik.delivery.v1.Delivery.UpdateRecipient", *this, &RecipientApi::update_recipient);
  methods.add("vestnik.delivery.v1.Delivery.DeleteRecipient", *this, &RecipientApi::delete_recipient);
}

Result<void> RecipientApi::authorize(const Call& call) const {
  auto actor = sessions_.identify(call.credentials, std::nullopt);
  if (!actor) return error_of(actor);
  return chat::authorize(*actor, chat::Action::kDeliver, {}, access_);
}

template <typename Work>
Task<std::invoke_result_t<Work>> RecipientApi::run(Call& call, Work work) {
  if (auto may = authorize(call); !may) co_return error_of(may);
  co_return co_await pool_.run(std::move(work));
}

Task<Result<void>> RecipientApi::create_recipient(Call& call, const proto::CreateRecipientRequest& request,
                                                  proto::Recipient& response) {
  delivery::NewRecipient recipient{.phone = request.phone(),
                                   .operator_code = request.operator_code(),
                                   .tag = request.tag(),
                                   .time_zone = request.time_zone(),
                                   .addresses = addresses_of(request.addresses()),
                                   .attributes = {request.attributes().begin(), request.attributes().end()},
                                   .unsubscribed = request.unsubscribed()};
  auto created = co_await run(call, [this, &recipient] { return recipients_.create(std::move(recipient)); });
  if (!created) co_return error_of(created);
  fill_recipient(*created, response);
  co_return Result<void>();
}

Task<Result<void>> RecipientApi::list_recipients(Call& call, const proto::ListRecipientsRequest& request,
                                                 proto::ListRecipientsResponse& response) {
  auto page = co_await run(call, [this, &request] {
    return recipients_.list(filter_of(request), request.after(), VESTNIK_FIELD(request, limit));
  });
  if (!page) co_return error_of(page);
  for (const delivery::Recipient& recipient : *page) fill_recipient(recipient, *response.add_recipients());
  co_return Result<void>();
}

Task<Result<void>> RecipientApi::count_recipients(Call& call, const proto::CountRecipientsRequest& request,
                                                  proto::CountRecipientsResponse& response) {
  auto count = co_await run(call, [this, &request] { return recipients_.count(filter_of(request)); });
  if (!count) co_return error_of(count);
  response.set_count(*count);
  co_return Result<void>();
}

Task<Result<void>> RecipientApi::get_recipient(Call& call, const proto::GetRecipientRequest& request,
                                               proto::Recipient& response) {
  auto found = co_await run(call, [this, id = request.recipient_id()] { return recipients_.get(id); });
  if (!found) co_return error_of(found);
  fill_recipient(*found, response);
  co_return Result<void>();
}

Task<Result<void>> RecipientApi::update_recipient(Call& call, const proto::UpdateRecipientRequest& request,
                                                  proto::Recipient& response) {
  const delivery::RecipientPatch patch{.phone = VESTNIK_FIELD(request, phone),
                                       .operator_code = VESTNIK_FIELD(request, operator_code),
                                       .tag = VESTNIK_FIELD(request, tag),
                                       .time_zone = VESTNIK_FIELD(request, time_zone),
                                       .addresses = addresses_of(request.addresses()),
                                       .attributes = {request.attributes().begin(), request.attributes().end()},
                                       .unsubscribed = VESTNIK_FIELD(request, unsubscribed)};
  auto changed =
      co_await run(call, [this, id = request.recipient_id(), &patch] { return recipients_.update(id, patch); });
  if (!changed) co_return error_of(changed);
  fill_recipient(*changed, response);
  co_return Result<void>();
}

Task<Result<void>> RecipientApi::delete_recipient(Call& call, const proto::DeleteRecipientRequest& request,
                                                  proto::DeleteRecipientResponse&) {
  co_return co_await run(call, [this, id = request.recipient_id()] { return recipients_.remove(id); });
}

}  // namespace vestnik::api
