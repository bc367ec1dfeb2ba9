#include "core/trust/judge.h"

#include <optional>
#include <utility>

#include "core/trust/candidates.h"
#include "core/trust/leaf_rules.h"
#include "core/trust/libcrypto.h"
#include "core/trust/path.h"
#include "core/trust/presented_chain.h"

namespace callgate::trust {
namespace {

constexpr Place kLeafPlace{TrustPlace::kLeaf, 0};

// A path that verified, and under which anchors.
struct Found {
  const AnchorGroup* group = nullptr;
  Path path;
};

// What one step came to: a denial, a path, or neither.
struct Answer {
  std::optional<TrustVerdict> denied;
  Found found;
  // Of neither: the most exact reason that was seen.
  TrustReason reason = TrustReason::kUntrusted;
  Place place;
  std::string_view detail;
};

class Judgement {
 public:
  Judgement(const SnapshotState& state, PresentedChain chain, Time now)
      : state_(state), chain_(std::move(chain)), now_(now) {}

  // The numbers are those of docs/trust.md.
  TrustVerdict Decide() {
    // 1. Form and bounds. 2. A revoked key, before anything that costs more.
    if (chain_.refused) return Deny(*chain_.refused, chain_.place, chain_.detail);
    // 3. The rules of the leaf.
    const LeafFinding leaf = JudgeLeaf(chain_.leaf(), state_.options, now_);
    if (leaf.refused) return Deny(*leaf.refused, kLeafPlace, leaf.detail);
    // 4. The bundle of its trust domain, and no other.
    Answer svid = AskBundle(leaf.names);
    if (svid.denied) return std::move(*svid.denied);
    // 5. The entities whose anchors the chain names.
    Answer entity = AskEntities();
    if (entity.denied) return std::move(*entity.denied);
    // 6. The first source that trusts; then those that could not answer; else untrusted.
    const bool svid_first =
        svid.found.group != nullptr && (entity.found.group == nullptr ||
                                        svid.found.group->source() < entity.found.group->source());
    if (svid_first) return Trust(svid.found, leaf.names.spiffe_id);
    if (entity.found.group != nullptr) return Trust(entity.found, {});
    return NotTrusted(svid, entity);
  }

 private:
  TrustVerdict Deny(TrustReason reason, Place place, std::string_view detail) const {
    TrustVerdict verdict;
    verdict.reason = reason;
    verdict.place = place.kind;
    verdict.intermediate = place.intermediate;
    verdict.detail = detail;
    verdict.leaf_sha256 = chain_.leaf_sha256;
    return verdict;
  }

  // Denies where a key of the path is revoked: presented ones were looked at, so it is the
  // anchor's.
  std::optional<TrustVerdict> DenyRevoked(const Path& path) const {
    for (const Sha256Digest& spki : path.spki_sha256) {
      if (state_.revoked.contains(spki)) {
        return Deny(TrustReason::kRevoked, {TrustPlace::kAnchor, 0}, {});
      }
    }
    return std::nullopt;
  }

  Answer AskBundle(const LeafNames& names) const {
    Answer answer;
    if (names.spiffe_id.empty() || state_.group_of_trust_domain.empty()) return answer;
    const auto found = state_.group_of_trust_domain.find(names.trust_domain);
    if (found == state_.group_of_trust_domain.end()) {
      answer.reason = TrustReason::kWrongTrustDomain;
      answer.place = kLeafPlace;
      answer.detail = "there is no bundle of the SPIFFE ID's trust domain";
      return answer;
    }
    if (!HasUsagesOfSvid(chain_.leaf())) {
      answer.denied = Deny(TrustReason::kWrongEku, kLeafPlace,
                           "extendedKeyUsage of an SVID lacks clientAuth or serverAuth");
      return answer;
    }
    const AnchorGroup& bundle = state_.groups[found->second];
    Path path = FindPathIn(bundle);
    if (path.anchor != nullptr) {
      answer.denied = DenyRevoked(path);
      answer.found = {&bundle, std::move(path)};
    } else if (path.reason == TrustReason::kUntrusted) {
      answer.denied = Deny(TrustReason::kWrongTrustDomain, kLeafPlace,
                           "the bundle of the SPIFFE ID's trust domain does not verify the chain");
    } else {
      answer.denied = Deny(path.reason, path.place, path.detail);
    }
    return answer;
  }

  Path FindPathIn(const AnchorGroup& group) const {
    Path first;
    for (std::size_t store = 0; store < group.stores().size(); ++store) {
      Path path = FindPath(group, store, chain_, state_.options, now_);
      if (path.anchor != nullptr) return path;
      if (first.reason == TrustReason::kUntrusted) first = std::move(path);
    }
    return first;
  }

  Answer AskEntities() const {
    Answer answer;
    bool failed = false;
    for (const StoreOfGroup& candidate : CandidatesFor(state_, chain_, failed)) {
      const AnchorGroup& group = state_.groups[candidate.group];
      const AnchorGroup* const known = answer.found.group;
      if (known != nullptr && known->name() == group.name()) continue;
      Path path = FindPath(group, candidate.store, chain_, state_.options, now_);
      if (path.anchor == nullptr) {
        if (answer.reason == TrustReason::kUntrusted) {
          answer.reason = path.reason;
          answer.place = path.place;
          answer.detail = path.detail;
        }
        continue;
      }
      answer.denied = DenyRevoked(path);
      if (!answer.denied && known != nullptr) {
        answer.denied = Deny(TrustReason::kAmbiguousEntity, {TrustPlace::kAnchor, 0}, {});
      }
      if (answer.denied) return answer;
      answer.found = {&group, std::move(path)};
    }
    if (failed) answer.denied = Deny(TrustReason::kInternalError, {}, {});
    return answer;
  }

  TrustVerdict Trust(Found& found, const std::string& spiffe_id) const {
    const Anchor& anchor = *found.path.anchor;
    TrustVerdict verdict;
    verdict.entity = found.group->name();
    verdict.backend = state_.sources[found.group->source()].name;
    verdict.spiffe_id = spiffe_id;
    verdict.leaf_sha256 = chain_.leaf_sha256;
    verdict.anchor_sha256 = anchor.sha256;
    verdict.anchor_spki_sha256 = anchor.certificate.spki_sha256();
    verdict.path_spki_sha256 = std::move(found.path.spki_sha256);
    verdict.valid_until = found.path.valid_until;
    verdict.trusted = true;
    return verdict;
  }

  TrustVerdict NotTrusted(const Answer& svid, const Answer& entity) const {
    TrustVerdict verdict = Deny(TrustReason::kUnavailable, {}, {});
    for (const SourceName& source : state_.sources) {
      if (!source.available) verdict.unavailable.push_back(source.name);
    }
    if (!verdict.unavailable.empty()) return verdict;
    const Answer& exact = entity.reason != TrustReason::kUntrusted ? entity
                          : svid.reason != TrustReason::kUntrusted ? svid
                                                                   : entity;
    return Deny(exact.reason, exact.place, exact.detail);
  }

  const SnapshotState& state_;
  PresentedChain chain_;
  Time now_;
};

}  // namespace

TrustVerdict Judge(const SnapshotState& state, std::span<const std::string_view> chain, Time now,
                   KnownCertificates* known) {
  if (!CheckTime(now).ok()) {
    TrustVerdict verdict;
    verdict.reason = TrustReason::kBadTime;
    return verdict;
  }
  const ErrorQueueGuard guard;
  return Judgement(state, ReadChain(chain, state.revoked, known), now).Decide();
}

}  // namespace callgate::trust
