// What a proof binds of a message: the RFC 8785 form of its params without our own carrier.
#ifndef CALLGATE_CORE_ATTESTATION_REQUEST_HASH_H_
#define CALLGATE_CORE_ATTESTATION_REQUEST_HASH_H_

#include <optional>
#include <span>
#include <string_view>

#include "callgate/attestation_message.h"
#include "callgate/json.h"

namespace callgate::attestation {

// Where the carrier is in the params of a message, member by member.
std::span<const std::string_view> CarrierPath(AttestationEra era) noexcept;

// `params` is an object. Errors as json::Canonicalize.
Result<Sha256Digest> RequestHash(json::Value params, AttestationEra era);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_REQUEST_HASH_H_
