#include <algorithm>
#include <string>
#include <vector>

#include "callgate/audit.h"
#include "callgate/crypto.h"
#include "callgate/json.h"
#include "core/audit/bounded_json.h"
#include "core/audit/fields.h"
#include "core/audit/redaction_state.h"
#include "core/audit/request_id.h"
#include "core/audit/secret_text.h"
#include "core/base/hex.h"

namespace callgate {
namespace {

std::string HexOrEmpty(const std::optional<Sha256Digest>& digest) {
  return digest ? base::ToHex(*digest) : std::string();
}

void PutRequestId(std::string_view id, audit::Fields& fields) {
  if (id.empty()) return;
  if (!id.starts_with('"')) return fields.Raw("request_id", audit::IntegerText(id));
  const auto parsed = json::Parse(id);
  if (!parsed) return;
  const std::string_view text = parsed->root().string();
  const bool is_secret = audit::ShowsSecret(audit::SearchedPart(text));
  fields.Whole("request_id",
               is_secret ? std::string(audit::kRedacted) : audit::CutBeforeToken(text));
}

std::string Pointers(const std::vector<std::string>& redacted) {
  std::vector<std::string> shown(
      redacted.begin(),
      redacted.begin() + static_cast<std::ptrdiff_t>(std::min(redacted.size(), audit::kMaxItems)));
  if (redacted.size() > shown.size()) {
    shown.push_back("… (" + std::to_string(redacted.size() - shown.size()) + " more)");
  }
  std::string text;
  json::WriteList(shown, text, [&text](const std::string& place) {
    json::AppendString(audit::CutText(place), text);
  });
  return text;
}

}  // namespace

std::string WriteAuditEvent(const Decision& decision, const Redaction& redaction,
                            std::optional<std::string_view> trace_id,
                            std::optional<std::string_view> peer, const AuditSubject& subject) {
  const std::string_view payload = decision.signed_payload();
  // A payload that verified is valid: mostly it is written as it stands, and not read again.
  const Redaction::State& state = *redaction.state_;
  Redaction::Shown shown;
  if (!payload.empty()) {
    if (!state.Hides(decision.tool()) && state.ShowsWhole(payload)) {
      shown.is_whole = true;
    } else {
      shown = redaction.Show(decision.tool(), payload);
    }
  }
  const auto public_key = decision.public_key();
  const auto signature = decision.signature();

  audit::Fields fields;
  fields.Flag("allowed", decision.allowed());
  if (!shown.arguments.empty()) fields.Raw("arguments", shown.arguments);
  fields.Known("attestation_issuer", subject.attestation_issuer);
  fields.Known("attestation_subject", subject.attestation_subject);
  if (const auto capability = decision.capability()) {
    fields.Raw("capability", std::to_string(*capability));
  }
  fields.Known("cause", decision.cause());
  fields.Known("certificate_sha256", subject.certificate_sha256);
  if (!decision.allowed()) fields.Text("code_name", CodeName(*decision.code()));
  fields.Known("context", decision.context());
  fields.Known("entity", subject.entity);
  fields.Known("envelope_digest", HexOrEmpty(decision.envelope_digest()));
  fields.Text("event", AuditEventName(AuditEventOf(decision)));
  fields.Known("message_digest", HexOrEmpty(decision.message_digest()));
  fields.Known("method", decision.method());
  if (shown.is_whole) fields.Whole("payload", payload);
  if (peer) fields.Text("peer", *peer);
  fields.Known("policy_digest", decision.policy_digest());
  if (public_key) fields.Text("public_key", public_key->ToBase64());
  if (!decision.allowed()) fields.Text("reason", decision.reason());
  if (!shown.redacted.empty()) fields.Raw("redacted", Pointers(shown.redacted));
  PutRequestId(decision.request_id(), fields);
  fields.Known("rule", decision.rule());
  fields.Known("session", decision.session_id());
  if (signature) fields.Text("signature", Base64Encode(AsBytes(*signature)));
  fields.Known("spiffe_id", subject.spiffe_id);
  fields.Known("subject", subject.name);
  fields.Known("subject_source", subject.source);
  fields.Known("timestamp", decision.timestamp());
  fields.Known("token", HexOrEmpty(decision.token_digest()));
  fields.Known("tool", decision.tool());
  if (trace_id) fields.Text("trace_id", *trace_id);
  fields.Known("trust_level", subject.trust_level);
  fields.Known("workload", decision.subject());
  return fields.Finish();
}

}  // namespace callgate
