// What an audit trail says of calls: the fields of an event and of its outcome, as RFC 8785 text,
// without what must not be written. Pure: where the lines go is the caller's business.
#ifndef CALLGATE_AUDIT_H_
#define CALLGATE_AUDIT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/decision.h"
#include "callgate/error.h"
#include "callgate/result.h"

namespace callgate {

// The events of a trail that a decision can become.
enum class AuditEvent : std::uint8_t {
  kToolCallAuthorized,
  kPolicyViolationBlocked,
  kSignatureVerificationFailed,
  kSecurityTokenExpired,
};
std::string_view AuditEventName(AuditEvent event);
// The event of a call that was refused with `code`.
AuditEvent AuditEventOf(ErrorCode code);
AuditEvent AuditEventOf(const Decision& decision);

struct RedactionOptions {
  // Keys whose values are not shown, at any depth, whatever their case and separators: names, or
  // patterns with *, ? and [...]. One with ! before it excepts keys from the patterns.
  std::vector<std::string> keys;
  // Tools, or patterns of tools, whose arguments are not shown.
  std::vector<std::string> tools;
  bool arguments = true;  // false: those of no tool are
};

// Whom a verified credential says that the caller is, as a session was opened for it. What is empty
// is not written.
struct AuditSubject {
  std::string_view name;
  std::string_view source;  // svid, certificate, …
  std::string_view entity;  // the operator's name of the anchor, or the trust domain
  std::string_view spiffe_id;
  std::string_view certificate_sha256;  // of the certificate's DER, hexadecimal
  std::string_view attestation_issuer;  // of an attestation token: iss, sub, provider or enterprise
  std::string_view attestation_subject;
  std::string_view trust_level;
};

// What of a call's arguments a trail shows. Leaves out the values of keys, whole tools, and under
// any key what looks like a secret. Immutable, cheap to copy, shared freely between threads.
class Redaction {
 public:
  // The keys that are redacted where nothing else is configured.
  static const std::vector<std::string>& DefaultKeys();

  Redaction();  // DefaultKeys
  explicit Redaction(const RedactionOptions& options);

  struct Shown {
    bool is_whole = false;              // the payload may be written word for word
    std::string arguments;              // RFC 8785 text of what is left of them; empty: not shown
    std::vector<std::string> redacted;  // JSON pointers into the arguments, "" for all of them
  };
  // Of a JSON-RPC request with `params`. `tool` is empty for a listing. Takes time linear in the
  // size of `payload`, and looks for secrets in no more than may be shown: 64 KiB of a payload that
  // is kept word for word, of another 2,048 characters of each text and 128 KiB in all.
  Shown Show(std::string_view tool, std::string_view payload) const;

 private:
  friend std::string WriteAuditEvent(const Decision& decision, const Redaction& redaction,
                                     std::optional<std::string_view> trace_id,
                                     std::optional<std::string_view> peer,
                                     const AuditSubject& subject);
  struct State;
  std::shared_ptr<const State> state_;
};

// The fields of the event of a decision: who, what, the verdict and its proof. What does not apply
// is absent. `trace_id`, `peer` and what `subject` has are valid UTF-8. At most 512 KiB: texts are
// cut, and what is too much in all is left out, with its size and its digest.
std::string WriteAuditEvent(const Decision& decision, const Redaction& redaction,
                            std::optional<std::string_view> trace_id = std::nullopt,
                            std::optional<std::string_view> peer = std::nullopt,
                            const AuditSubject& subject = {});

// The fields of any other line, from a JSON object, bounded in the same way; `payload` and
// `token_input` are not cut. Errors as json::Parse.
Result<std::string> WriteAuditFields(std::string_view fields_json);

// How a call ended that an event allowed.
struct AuditOutcome {
  std::uint64_t event = 0;                                // the sequence of the event's line
  std::string_view outcome;                               // "succeeded", "failed" or "unknown"
  std::optional<std::string_view> result = std::nullopt;  // what the tool answered
  std::optional<double> milliseconds = std::nullopt;      // finite
  std::optional<std::string_view> error = std::nullopt;   // the name of a code
  std::optional<bool> dispatched = std::nullopt;          // whether the tool may have run
};
// The fields of its line: of the result size and digest.
std::string WriteAuditOutcome(const AuditOutcome& outcome);

}  // namespace callgate

#endif  // CALLGATE_AUDIT_H_
