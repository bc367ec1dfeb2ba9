// X.509 chains judged against what is trusted now: entities (authorities under a name that the
// operator chose) and SPIFFE trust domains. Library target callgate::trust, which alone links
// libcrypto. Path building and validation are RFC 5280, SPIFFE IDs the SPIFFE-ID and X509-SVID
// standards.
//
// Everything here is immutable after construction and may be shared by threads. No clock is read,
// no file, and no configuration of OpenSSL.
#ifndef CALLGATE_TRUST_H_
#define CALLGATE_TRUST_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/result.h"
#include "callgate/time.h"

namespace callgate {

// Why a chain is not trusted, or a snapshot does not load. The names are stable; the table is
// trust_reasons.inc.
enum class TrustReason : std::uint8_t {
#define CALLGATE_TRUST_REASON(constant, name, kind, meaning, advice) k##constant,
#include "callgate/trust_reasons.inc"
#undef CALLGATE_TRUST_REASON
};

[[nodiscard]] std::string_view TrustReasonName(TrustReason reason);     // "wrong_eku"
[[nodiscard]] std::string_view TrustReasonMeaning(TrustReason reason);  // in one sentence
[[nodiscard]] std::string_view TrustReasonAdvice(TrustReason reason);   // what to do about it
// The inverse of TrustReasonName; nullopt for a name that is not in the table.
[[nodiscard]] std::optional<TrustReason> TrustReasonFromName(std::string_view name);

// Each is checked before the cryptography that it bounds.
inline constexpr std::size_t kMaxChainCertificates = 8;
inline constexpr std::size_t kMaxChainBytes = 64 * 1024;  // of DER
inline constexpr std::size_t kMaxAnchorBytes = 16 * 1024;
inline constexpr std::size_t kMaxAnchorFileBytes = 1024 * 1024;
inline constexpr std::size_t kMaxAnchorsOfEntity = 64;
inline constexpr std::size_t kMaxAnchors = 20'000;
inline constexpr std::chrono::seconds kMaxNotBeforeSkew{60};

// A name and its certificates. Of an entity each file is what the operator wrote: PEM with any
// number of certificates, or one certificate in DER. Where a file holds an authority and another
// that issued it, only the lower one becomes an anchor; of a trust domain, each certificate does.
struct TrustedName {
  std::string name;
  std::vector<std::string> files;
};

// What one backend trusts. An unavailable source's anchors count for nothing.
struct TrustSource {
  std::string name;
  std::vector<TrustedName> entities;  // name: ^[a-zA-Z0-9][a-zA-Z0-9_-]*$, at most 255 bytes
  std::vector<TrustedName> bundles;   // name: a SPIFFE trust domain
  bool available = true;
};

struct TrustOptions {
  // How far before its notBefore a certificate already counts: 0 to 60 s. Never beyond notAfter.
  std::chrono::seconds not_before_skew{0};
  // A leaf must have extendedKeyUsage. Without it, absence allows everything (RFC 5280, 4.2.1.12).
  bool require_eku = false;
  // A leaf whose extendedKeyUsage has anyExtendedKeyUsage without clientAuth is accepted.
  bool accept_any_eku = false;
  // Tells a snapshot from its successor; the snapshot only carries it.
  std::uint64_t generation = 0;
};

// A certificate that paths may end in.
struct TrustAnchor {
  std::string entity;      // the entity's name, or the trust domain
  std::string backend;     // the name of its source
  bool is_bundle = false;  // of a trust domain
  std::string subject;     // RFC 2253, for people: control characters escaped, at most 256 bytes
  Sha256Digest sha256{};   // of the certificate
  Sha256Digest spki_sha256{};  // of its SubjectPublicKeyInfo
  Time not_before;
  Time not_after;
};

// Which file or name of a load is meant.
struct TrustFault {
  TrustReason reason = TrustReason::kInternalError;
  std::string source;
  std::string entity;           // or the trust domain; empty where none is meant
  std::size_t certificate = 0;  // from 1, in the order of the entity's files; 0 where none is meant
};

// Which certificate of a chain is meant.
enum class TrustPlace : std::uint8_t { kNone, kLeaf, kIntermediate, kAnchor };

// What a snapshot says of a chain. The default is a denial. Of an untrusted chain only `reason`,
// `place`, `detail`, `unavailable` and `leaf_sha256` are set: what a certificate says of itself is
// not reported unless it verified.
struct TrustVerdict {
  bool trusted = false;
  TrustReason reason = TrustReason::kUntrusted;  // means nothing where trusted
  TrustPlace place = TrustPlace::kNone;
  std::size_t intermediate = 0;          // from 1, its place in the presented chain after the leaf
  std::string_view detail;               // a constant: more exact than the reason; may be empty
  std::vector<std::string> unavailable;  // names of sources; only with that reason

  std::string entity;     // the entity's name, or the trust domain
  std::string backend;    // the source of the anchor
  std::string spiffe_id;  // only where the bundle of its trust domain verified the chain
  std::optional<Sha256Digest> leaf_sha256;  // where the leaf could be read
  Sha256Digest anchor_sha256{};
  Sha256Digest anchor_spki_sha256{};
  std::vector<Sha256Digest> path_spki_sha256;  // leaf first, anchor last
  Time valid_until;  // the earliest notAfter of the path, anchor included: trusted before it

  // "leaf", "intermediate 1", "anchor", or empty.
  [[nodiscard]] std::string Where() const;
};

namespace trust {
class SnapshotState;
}  // namespace trust

// What is trusted at one time. Copies share their state.
class TrustSnapshot {
 public:
  // The sources in the order in which they are asked. `revoked`: certificates (PEM or DER), whose
  // keys are meant, or SHA-256 digests of SubjectPublicKeyInfo, 64 hexadecimal digits.
  // INVALID_ARGUMENT or LIMIT_EXCEEDED, with the place; then nothing is loaded, and `fault`, if
  // given, says the same in parts.
  // Certificates that `previous` anchors too are taken from it instead of being read again; what is
  // loaded is the same without it.
  static Result<TrustSnapshot> Load(std::span<const TrustSource> sources,
                                    std::span<const std::string> revoked = {},
                                    const TrustOptions& options = {}, TrustFault* fault = nullptr,
                                    const TrustSnapshot* previous = nullptr);

  // Judges a chain, leaf first, at `now`: each element is DER, or PEM with one or more
  // certificates. Any bytes give a verdict. Order of answers: what denies (form and rules of the
  // leaf, a revoked key, a SPIFFE ID whose bundle does not verify it, two entities), then the first
  // source that trusts, then unavailable, else untrusted.
  [[nodiscard]] TrustVerdict Verify(std::span<const std::string_view> chain, Time now) const;

  // The verdicts on many chains, in their order.
  [[nodiscard]] std::vector<TrustVerdict> VerifyMany(
      std::span<const std::vector<std::string_view>> chains, Time now) const;

  // Source by source, in their order; each certificate of a name once.
  [[nodiscard]] std::span<const TrustAnchor> anchors() const noexcept;
  [[nodiscard]] std::uint64_t generation() const noexcept;

 private:
  explicit TrustSnapshot(std::shared_ptr<const trust::SnapshotState> state);
  std::shared_ptr<const trust::SnapshotState> state_;
};

}  // namespace callgate

#endif  // CALLGATE_TRUST_H_
