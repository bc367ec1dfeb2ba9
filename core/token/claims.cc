#include "core/token/claims.h"

#include <cstdint>

#include "core/token/numeric_date.h"

namespace callgate::token {
namespace {

constexpr std::size_t kThumbprintCharacters = 43;  // SHA-256 in base64url

Error Mistyped(std::string_view claim, std::string_view expected) {
  return Invalid(std::string(claim) + " must be " + std::string(expected),
                 "/" + std::string(claim));
}

Result<void> ReadName(std::string_view claim, json::Value value, std::string& out) {
  if (!value.is_string() || !IsName(value.string())) {
    return Mistyped(claim, "a string of 1 to 256 bytes without control characters");
  }
  out = value.string();
  return {};
}

Result<void> ReadDate(std::string_view claim, json::Value value, Rounding rounding,
                      std::optional<Time>& out) {
  out = ReadNumericDate(value, rounding);
  if (!out) {
    return Mistyped(claim, "seconds since 1970 without exponent, between the years 2001 and 2200");
  }
  return {};
}

// A binding that is not understood cannot be checked, and a token that asks for one must not pass
// as unbound: so `cnf` without `jkt` is refused.
Result<void> ReadConfirmation(json::Value value, std::optional<std::string>& out) {
  const auto jkt = value.Find("jkt");
  if (!jkt) return Mistyped("cnf", "an object with jkt (RFC 9449 section 6.1)");
  if (!jkt->is_string() || jkt->string().size() != kThumbprintCharacters ||
      !Base64UrlDecode(jkt->string())) {
    return Invalid("cnf.jkt must be a SHA-256 thumbprint in base64url", "/cnf/jkt");
  }
  out = jkt->string();
  return {};
}

Result<void> CheckIssuer(std::optional<json::Value> iss, const TokenExpectations& expectations) {
  if (iss && !iss->is_string()) return Mistyped("iss", "a string");
  if (expectations.issuer && (!iss || iss->string() != *expectations.issuer)) {
    return Invalid("iss is not the expected issuer", "/iss");
  }
  return {};
}

// RFC 7519 section 4.1.3: one string, or a list of them. A verifier that does not find itself in
// aud must refuse the token, so one that has no name refuses every token that has aud.
Result<void> CheckAudience(std::optional<json::Value> aud, const TokenExpectations& expectations) {
  const std::optional<std::string>& audience = expectations.audience;
  bool found = false;
  if (aud && aud->is_array()) {
    for (json::Value element : aud->elements()) {
      if (!element.is_string()) return Mistyped("aud", "a string or a list of strings");
      found = found || element.string() == audience;
    }
  } else if (aud) {
    if (!aud->is_string()) return Mistyped("aud", "a string or a list of strings");
    found = aud->string() == audience;
  }
  if (expectations.accept_any_audience || found) return {};
  if (audience) return Invalid("aud does not name the expected audience", "/aud");
  if (!aud) return {};
  return Invalid(
      "the token has aud and no audience is expected; expect one that aud names, or accept any",
      "/aud");
}

struct Fields {
  std::optional<Time> iat, nbf, exp;
  std::optional<json::Value> iss, aud;
};

Result<void> ReadMember(const json::Member& member, TokenClaims& claims, Fields& fields) {
  const auto& [key, value] = member;
  if (key == "sub") return ReadName(key, value, claims.subject);
  if (key == "scp") return ReadName(key, value, claims.scope);
  if (key == "jti") return ReadName(key, value, claims.id);
  if (key == "cnf") return ReadConfirmation(value, claims.key_thumbprint);
  // Rounded so that the token lives no longer than it says.
  if (key == "iat") return ReadDate(key, value, Rounding::kUp, fields.iat);
  if (key == "nbf") return ReadDate(key, value, Rounding::kUp, fields.nbf);
  if (key == "exp") return ReadDate(key, value, Rounding::kDown, fields.exp);
  if (key == "iss") fields.iss = value;
  if (key == "aud") fields.aud = value;
  return {};
}

Error Missing(std::string_view claim) {
  return Invalid(std::string(claim) + " is required", "/" + std::string(claim));
}

}  // namespace

Error Invalid(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidToken, std::move(message), std::move(where)};
}

bool IsName(std::string_view text, std::size_t max_bytes) {
  if (text.empty() || text.size() > max_bytes) return false;
  // Over all bytes, without stopping: so that several are looked at in one step.
  std::uint8_t has_control = 0, has_c2 = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    has_control |= static_cast<std::uint8_t>((byte < 0x20) | (byte == 0x7f));
    has_c2 |= static_cast<std::uint8_t>(byte == 0xc2);
  }
  if (has_control != 0 || has_c2 == 0) return has_control == 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    // U+0080..U+009F
    if (text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
  }
  return true;
}

Result<void> CheckExpectations(const TokenExpectations& expectations) {
  if (expectations.leeway < std::chrono::seconds{0} || expectations.leeway > kLargestLeeway) {
    return Error{ErrorCode::kInvalidArgument, "leeway must be 0 to 60 seconds", "leeway"};
  }
  if (expectations.audience && expectations.accept_any_audience) {
    return Error{ErrorCode::kInvalidArgument, "expect one audience or accept any, not both",
                 "audience"};
  }
  return {};
}

Result<TokenClaims> ReadClaims(json::Value root, const TokenExpectations& expectations) {
  if (!root.is_object()) return Invalid("the claims must be a JSON object");
  TokenClaims claims;
  Fields fields;
  for (const json::Member& member : root.members()) {
    if (Result<void> read = ReadMember(member, claims, fields); !read) return read.error();
  }
  if (claims.subject.empty()) return Missing("sub");
  if (claims.scope.empty()) return Missing("scp");
  if (!fields.iat) return Missing("iat");
  if (!fields.exp) return Missing("exp");
  claims.issued_at = *fields.iat;
  claims.not_before = fields.nbf;
  claims.expires_at = *fields.exp;
  if (claims.expires_at <= claims.issued_at) return Invalid("exp must be later than iat", "/exp");
  if (fields.nbf && claims.expires_at <= *fields.nbf) {
    return Invalid("exp must be later than nbf", "/exp");
  }
  if (claims.expires_at - claims.issued_at > kLongestTokenLifetime) {
    return Invalid("a token must not live longer than 24 hours", "/exp");
  }
  if (Result<void> ok = CheckIssuer(fields.iss, expectations); !ok) return ok.error();
  if (Result<void> ok = CheckAudience(fields.aud, expectations); !ok) return ok.error();
  return claims;
}

}  // namespace callgate::token

namespace callgate {

Result<void> CheckTokenTimes(const TokenClaims& claims, Time now, std::chrono::seconds leeway) {
  if (claims.issued_at > now + kIssuedAheadTolerance) {
    return token::Invalid("iat is more than 30 s ahead", "/iat");
  }
  if (claims.not_before && *claims.not_before > now + leeway) {
    return token::Invalid("nbf has not been reached", "/nbf");
  }
  if (now >= claims.expires_at + leeway) {
    return Error{ErrorCode::kExpiredToken, "exp has passed", "/exp"};
  }
  return {};
}

}  // namespace callgate
