#include <string>
#include <utility>

#include "callgate/attestation_issue.h"
#include "callgate/json.h"
#include "core/attestation/jws.h"
#include "core/attestation/proof.h"
#include "core/json/object_writer.h"
#include "core/token/uuid.h"

namespace callgate {
namespace {

Error Unacceptable(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

bool IsText(std::string_view text) { return !text.empty() && json::IsValidUtf8(text); }

std::string HeaderJson() {
  std::string text;
  json::ObjectWriter header(text);
  header.Text("alg", "EdDSA");
  header.Text("typ", attestation::kProofType);
  header.End();
  return text;
}

}  // namespace

Result<std::string> RequestProofSigningInput(std::string_view token, std::string_view audience,
                                             std::string_view method,
                                             const Sha256Digest& request_hash, Time now) {
  if (Result<void> ok = CheckTime(now); !ok) return ok.error();
  if (!IsText(audience)) return Unacceptable("an audience must not be empty", "audience");
  if (!IsText(method)) return Unacceptable("a method must not be empty", "method");
  std::string text;
  json::ObjectWriter claims(text);
  claims.Text("ath", Base64UrlEncode(AsBytes(Sha256(token))));
  claims.Text("aud", audience);
  claims.Integer("iat", std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  claims.Text("jti", token::RandomUuid());
  claims.Text("mth", method);
  claims.Text("rqh", Base64UrlEncode(AsBytes(request_hash)));
  claims.End();
  return attestation::SigningInput(HeaderJson(), text);
}

Result<std::string> IssueRequestProof(std::string_view token, std::string_view audience,
                                      std::string_view method, const Sha256Digest& request_hash,
                                      const SecretKey& key, Time now) {
  Result<std::string> text = RequestProofSigningInput(token, audience, method, request_hash, now);
  if (text) attestation::AppendSignature(key, *text);
  return text;
}

}  // namespace callgate
