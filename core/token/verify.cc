#include "callgate/token.h"
#include "core/token/claims.h"
#include "core/token/compact_jws.h"

namespace callgate {

Result<TokenClaims> VerifyToken(std::string_view token, const IssuerKeys& keys, Time now,
                                const TokenExpectations& expectations, const Limits& limits) {
  if (Result<void> ok = CheckTime(now); !ok) return ok.error();
  if (Result<void> ok = token::CheckExpectations(expectations); !ok) return ok.error();

  const Result<token::CompactJws> jws = token::SplitToken(token, limits);
  if (!jws) return jws.error();
  const Result<json::Document> header = token::ParsePart(jws->header, "header", limits);
  if (!header) return header.error();
  const auto key_id = token::CheckHeader(header->root());
  if (!key_id) return key_id.error();
  const std::optional<std::string_view> kid = *key_id;

  const PreparedKey* key = keys.Find(kid);
  if (key == nullptr) return token::Invalid("no issuer key is meant by the header's kid", "/kid");
  if (!key->Verify(jws->signature, jws->signing_input)) {
    return token::Invalid("the token's signature does not verify");
  }

  // Only from here on is anything that the token claims looked at.
  const Result<json::Document> document = token::ParsePart(jws->claims, "claims", limits);
  if (!document) return document.error();
  Result<TokenClaims> claims = token::ReadClaims(document->root(), expectations);
  if (!claims) return claims;
  if (Result<void> ok = CheckTokenTimes(*claims, now, expectations.leeway); !ok) {
    return ok.error();
  }
  claims->key_id = kid ? std::string(*kid) : keys.key_ids().front();
  claims->json.reserve(jws->claims.size());
  json::WriteLexical(document->root(), json::KeyOrder::kCodePoint, claims->json);
  return claims;
}

}  // namespace callgate
