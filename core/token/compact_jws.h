#ifndef CALLGATE_CORE_TOKEN_COMPACT_JWS_H_
#define CALLGATE_CORE_TOKEN_COMPACT_JWS_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/json.h"
#include "callgate/limits.h"
#include "callgate/result.h"

namespace callgate::token {

// The three parts of a token, still in base64url; views into the token.
struct CompactJws {
  std::string_view header;
  std::string_view claims;
  std::string_view signing_input;  // header and claims with the dot between them
  Signature signature;
};

// Takes a compact JWS apart (RFC 7515 section 7.1); decodes only the signature. INVALID_TOKEN.
Result<CompactJws> SplitToken(std::string_view token, const Limits& limits);

// Decodes a part and parses it. INVALID_TOKEN; `part` names it in messages.
Result<json::Document> ParsePart(std::string_view base64url, std::string_view part,
                                 const Limits& limits);

// Accepts exactly {"alg":"EdDSA"} with, optionally, "typ":"JWT" and a "kid". What else a header can
// hold either chooses a key or changes what is signed (jwk, jku, x5u, x5c, crit, b64, zip, enc),
// and none of it is the token's to choose. Returns the kid, valid while `header` lives.
Result<std::optional<std::string_view>> CheckHeader(json::Value header);

}  // namespace callgate::token

#endif  // CALLGATE_CORE_TOKEN_COMPACT_JWS_H_
