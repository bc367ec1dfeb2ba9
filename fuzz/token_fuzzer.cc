// No token verifies but those that the issuer signed, byte for byte; and of what the issuer signs,
// only what keeps the rules of the claims.
#include <array>
#include <string>
#include <vector>

#include "callgate/json.h"
#include "callgate/token.h"
#include "fuzz/input.h"

namespace {

using callgate::Base64UrlEncode;
using callgate::IssuerKeys;
using callgate::SecretKey;
using callgate::Time;
using callgate::TokenClaims;
using callgate::fuzz::Edited;
using callgate::fuzz::Input;
using callgate::fuzz::Require;
using std::chrono::seconds;

constexpr Time kNow{seconds{1'771'338'721}};

// By a verifier that takes what is for others, too.
callgate::Result<TokenClaims> Verify(const std::string& token, const IssuerKeys& keys,
                                     Time now = kNow) {
  callgate::TokenExpectations expectations;
  expectations.accept_any_audience = true;
  return VerifyToken(token, keys, now, expectations);
}

struct Issuer {
  SecretKey key = SecretKey::FromBytes(std::string(32, 'i')).value();
  IssuerKeys keys = IssuerKeys::Create({{"a", key.public_key()}}).value();
  std::vector<std::string> issued;

  Issuer() {
    const std::array<const char*, 4> claims = {
        R"({"sub":"agent-7","scp":"research-safe","jti":"session-1"})",
        R"({"sub":"a","scp":"b","jti":"c","iss":"i","aud":["x","y"],"nbf":1771338000})",
        R"({"sub":"a","scp":"b","jti":"c","iat":1771338000.25,"exp":1771341600.75})",
        R"({"sub":"a","scp":"b","jti":"c",
            "cnf":{"jkt":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}})"};
    for (const char* text : claims) {
      issued.push_back(callgate::IssueToken(text, key, kNow).value());
      issued.push_back(
          callgate::IssueToken(text, key, kNow, {.key_id = "a", .lifetime = seconds{3600}})
              .value());
    }
    for (const std::string& token : issued) {
      Require(Verify(token, keys).ok(), "what was issued verifies");
    }
  }

  std::string Sign(std::string_view header, std::string_view claims) const {
    const std::string input = Base64UrlEncode(header) + '.' + Base64UrlEncode(claims);
    return input + '.' + Base64UrlEncode(callgate::AsBytes(key.Sign(input)));
  }
  bool Issued(const std::string& token) const {
    return std::find(issued.begin(), issued.end(), token) != issued.end();
  }
};

bool HasAudience(const TokenClaims& claims) {
  return callgate::json::Parse(claims.json)->root().Find("aud").has_value();
}

void CheckUnsigned(const Issuer& issuer, const std::string& token) {
  const auto claims = Verify(token, issuer.keys);
  Require(claims.ok() == issuer.Issued(token), "only what was issued verifies");
  Require(VerifyToken(token, issuer.keys, kNow).ok() == (claims.ok() && !HasAudience(*claims)),
          "what is for others is refused");
  if (!claims) Require(!claims.error().message.empty(), "a refusal says why");
}

void CheckClaims(const TokenClaims& claims, std::string_view header, std::string_view text) {
  Require(!claims.subject.empty() && !claims.scope.empty(), "sub and scp are required");
  Require(claims.expires_at > kNow, "an expired token is refused");
  Require(claims.issued_at <= kNow + callgate::kIssuedAheadTolerance, "iat is not ahead");
  Require(!claims.not_before || *claims.not_before <= kNow, "nbf has been reached");
  Require(claims.expires_at - claims.issued_at <= callgate::kLongestTokenLifetime, "lifetime");
  const auto document = callgate::json::Parse(header);
  Require(document.ok() && document->root().is_object(), "the header is an object");
  for (const auto& [key, value] : document->root().members()) {
    Require(key == "alg" || key == "typ" || key == "kid", "the header holds nothing else");
  }
  const auto alg = document->root().Find("alg");
  Require(alg && alg->is_string() && alg->string() == "EdDSA", "the algorithm is EdDSA");
  const auto again = callgate::json::Parse(text);
  Require(again.ok(), "the claims are JSON");
  std::string lexical;
  WriteLexical(again->root(), callgate::json::KeyOrder::kCodePoint, lexical);
  Require(lexical == claims.json, "all claims are given as they were signed");
}

void CheckSigned(const Issuer& issuer, Input& input) {
  constexpr std::array<std::string_view, 4> kHeaders = {
      R"({"alg":"EdDSA"})", R"({"alg":"EdDSA","typ":"JWT","kid":"a"})", R"({"alg":"none"})",
      R"({"alg":"EdDSA","crit":["b64"],"b64":false})"};
  std::string header(kHeaders[input.Below(kHeaders.size())]);
  if (input.Below(2) == 1) header = Edited(input, header);
  const std::string text(input.Rest());
  const std::string token = issuer.Sign(header, text);
  const auto claims = Verify(token, issuer.keys);
  if (!claims) return;
  CheckClaims(*claims, header, text);
  const auto late = Verify(token, issuer.keys, claims->expires_at);
  Require(!late && late.error().code == callgate::ErrorCode::kExpiredToken, "exp ends a token");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Issuer issuer;
  Input input(data, size);
  switch (input.Below(3)) {
    case 0:
      CheckUnsigned(issuer, std::string(input.Rest()));
      break;
    case 1:
      CheckUnsigned(issuer, Edited(input, issuer.issued[input.Below(issuer.issued.size())]));
      break;
    case 2:
      CheckSigned(issuer, input);
      break;
  }
  return 0;
}
