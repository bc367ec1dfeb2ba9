#include <algorithm>

#include "callgate/token.h"
#include "core/json/object_writer.h"
#include "core/token/claims.h"
#include "core/token/compact_jws.h"
#include "core/token/numeric_date.h"
#include "core/token/uuid.h"

namespace callgate {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

// Who a token is for is the issuer's to say.
TokenExpectations AnyAudience() {
  TokenExpectations expectations;
  expectations.accept_any_audience = true;
  return expectations;
}

Error Unacceptable(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

Result<std::string> HeaderJson(const TokenOptions& options) {
  if (options.key_id && (!json::IsValidUtf8(*options.key_id) || !token::IsName(*options.key_id))) {
    return Unacceptable("a key id has 1 to 256 bytes of UTF-8 without control characters",
                        "key_id");
  }
  std::string text;
  json::ObjectWriter header(text);
  header.Text("alg", "EdDSA");
  if (options.key_id) header.Text("kid", *options.key_id);
  header.Text("typ", "JWT");
  header.End();
  return text;
}

std::int64_t SecondsOf(Time time) { return floor<seconds>(time).time_since_epoch().count(); }

// The claims with iat, exp and jti, in any order.
Result<std::string> CompleteClaims(json::Value claims, Time now, seconds lifetime) {
  if (!claims.is_object()) return token::Invalid("the claims must be a JSON object");
  std::string text;
  json::ObjectWriter complete(text);
  for (const auto& [name, value] : claims.members()) {
    json::WriteLexical(value, json::KeyOrder::kCodePoint, complete.Raw(name));
  }
  const auto iat = claims.Find("iat");
  if (!iat) complete.Integer("iat", SecondsOf(now));
  if (!claims.Find("exp")) {
    Time issued_at = now;
    if (iat) {
      // Where iat is malformed, that is what will be reported.
      const auto date = token::ReadNumericDate(*iat, token::Rounding::kDown);
      issued_at = date.value_or(now);
    }
    complete.Integer("exp", SecondsOf(issued_at + lifetime));
  }
  if (!claims.Find("jti")) complete.Text("jti", token::RandomUuid());
  complete.End();
  return text;
}

// Whether a verifier would take these claims now, or from their nbf on.
Result<void> CheckVerifiable(const TokenClaims& claims, Time now) {
  const Time at = std::max(now, claims.not_before.value_or(now));
  Result<void> ok = CheckTokenTimes(claims, at, seconds{0});
  if (!ok) return token::Invalid(ok.error().message, ok.error().where);
  return {};
}

}  // namespace

Result<std::string> TokenSigningInput(std::string_view claims_json, Time now,
                                      const TokenOptions& options) {
  if (Result<void> ok = CheckTime(now); !ok) return ok.error();
  if (options.lifetime < seconds{1} || options.lifetime > kLongestTokenLifetime) {
    return Unacceptable("lifetime must lie between 1 s and 24 h", "lifetime");
  }
  const Result<std::string> header = HeaderJson(options);
  if (!header) return header.error();

  const Result<json::Document> given = json::Parse(claims_json);
  if (!given) return token::Invalid("the claims: " + given.error().message, given.error().where);
  const Result<std::string> text = CompleteClaims(given->root(), now, options.lifetime);
  if (!text) return text.error();
  const Result<json::Document> complete = json::Parse(*text);
  if (!complete) return token::Invalid("the claims: " + complete.error().message);
  const Result<TokenClaims> claims = token::ReadClaims(complete->root(), AnyAudience());
  if (!claims) return claims.error();
  if (Result<void> ok = CheckVerifiable(*claims, now); !ok) return ok.error();

  std::string sorted;
  json::WriteLexical(complete->root(), json::KeyOrder::kCodePoint, sorted);
  return Base64UrlEncode(*header) + '.' + Base64UrlEncode(sorted);
}

Result<std::string> AssembleToken(std::string_view signing_input, const Signature& signature) {
  std::string text = std::string(signing_input) + '.' + Base64UrlEncode(AsBytes(signature));
  const Result<token::CompactJws> jws = token::SplitToken(text, {});
  if (!jws) return jws.error();
  const Result<json::Document> header = token::ParsePart(jws->header, "header", {});
  if (!header) return header.error();
  if (auto key_id = token::CheckHeader(header->root()); !key_id) return key_id.error();
  const Result<json::Document> document = token::ParsePart(jws->claims, "claims", {});
  if (!document) return document.error();
  if (auto claims = token::ReadClaims(document->root(), AnyAudience()); !claims) {
    return claims.error();
  }
  return text;
}

Result<std::string> IssueToken(std::string_view claims_json, const SecretKey& key, Time now,
                               const TokenOptions& options) {
  const Result<std::string> signing_input = TokenSigningInput(claims_json, now, options);
  if (!signing_input) return signing_input.error();
  return AssembleToken(*signing_input, key.Sign(*signing_input));
}

}  // namespace callgate
