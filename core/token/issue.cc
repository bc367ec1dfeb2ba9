#include <algorithm>
#include <array>

#include "callgate/token.h"
#include "core/token/claims.h"
#include "core/token/compact_jws.h"
#include "core/token/numeric_date.h"

namespace callgate {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

Error Unacceptable(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

// RFC 9562 section 5.4.
std::string RandomUuid() {
  std::array<std::uint8_t, 16> bytes;
  RandomBytes(bytes.data(), bytes.size());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string uuid;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
    uuid += "0123456789abcdef"[bytes[i] >> 4];
    uuid += "0123456789abcdef"[bytes[i] & 15];
  }
  return uuid;
}

Result<std::string> HeaderJson(const TokenOptions& options) {
  if (!options.key_id) return std::string(R"({"alg":"EdDSA","typ":"JWT"})");
  if (!json::IsValidUtf8(*options.key_id) || !token::IsName(*options.key_id)) {
    return Unacceptable("a key id has 1 to 256 bytes of UTF-8 without control characters",
                        "key_id");
  }
  std::string header = R"({"alg":"EdDSA","kid":)";
  json::AppendString(*options.key_id, header);
  return header + R"(,"typ":"JWT"})";
}

std::string SecondsOf(Time time) {
  return std::to_string(floor<seconds>(time).time_since_epoch().count());
}

// The claims with iat, exp and jti, compact and with sorted keys.
Result<std::string> CompleteClaims(json::Value claims, Time now, seconds lifetime) {
  if (!claims.is_object()) return token::Invalid("the claims must be a JSON object");
  std::string text;
  json::WriteLexical(claims, json::KeyOrder::kCodePoint, text);
  text.pop_back();  // the closing brace
  const auto add = [&text](std::string_view name, std::string_view value) {
    if (text.size() > 1) text += ',';
    text.append("\"").append(name).append("\":").append(value);
  };
  const auto iat = claims.Find("iat");
  if (!iat) add("iat", SecondsOf(now));
  if (!claims.Find("exp")) {
    Time issued_at = now;
    if (iat) {
      // Where iat is malformed, that is what will be reported.
      const auto date = token::ReadNumericDate(*iat, token::Rounding::kDown);
      issued_at = date.value_or(now);
    }
    add("exp", SecondsOf(issued_at + lifetime));
  }
  if (!claims.Find("jti")) add("jti", '"' + RandomUuid() + '"');
  text += '}';
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
  const Result<TokenClaims> claims = token::ReadClaims(complete->root(), {});
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
  if (auto claims = token::ReadClaims(document->root(), {}); !claims) return claims.error();
  return text;
}

Result<std::string> IssueToken(std::string_view claims_json, const SecretKey& key, Time now,
                               const TokenOptions& options) {
  const Result<std::string> signing_input = TokenSigningInput(claims_json, now, options);
  if (!signing_input) return signing_input.error();
  return AssembleToken(*signing_input, key.Sign(*signing_input));
}

}  // namespace callgate
