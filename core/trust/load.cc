#include "core/trust/load.h"

#include <algorithm>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/hex.h"
#include "core/base/shown.h"
#include "core/base/spiffe_id.h"
#include "core/trust/anchor_rules.h"
#include "core/trust/lowest.h"

namespace callgate::trust {
namespace {

// 64 hexadecimal digits, of either case.
bool ReadDigest(std::string text, Sha256Digest& digest) {
  if (text.size() != 2 * digest.size()) return false;
  std::transform(text.begin(), text.end(), text.begin(), base::ToAsciiLower);
  return base::FromHex(text, digest);
}

}  // namespace

Loader::Loader(const TrustOptions& options, const SnapshotState* previous)
    : state_(std::make_shared<SnapshotState>()) {
  state_->options = options;
  if (previous == nullptr) return;
  for (const AnchorGroup& group : previous->groups) {
    for (const Anchor& anchor : group.anchors()) {
      known_.emplace(anchor.sha256, &anchor.certificate);
    }
  }
}

bool Loader::Refuse(TrustReason reason, std::string other) {
  fault_.reason = reason;
  other_ = std::move(other);
  return false;
}

Error Loader::error() const {
  std::string message(TrustReasonMeaning(fault_.reason));
  if (!other_.empty()) message += "; the other is " + other_;
  message += ": ";
  message += TrustReasonAdvice(fault_.reason);
  std::string where;
  const auto add = [&](std::string_view kind, const std::string& name) {
    if (!where.empty()) where += ", ";
    where += kind;
    where += name;
  };
  if (!fault_.source.empty()) add("source ", '"' + base::Shown(fault_.source) + '"');
  if (!fault_.entity.empty()) add("entity ", '"' + base::Shown(fault_.entity) + '"');
  if (fault_.certificate != 0) add("certificate ", std::to_string(fault_.certificate));
  const bool bound =
      fault_.reason == TrustReason::kTooLarge || fault_.reason == TrustReason::kTooManyAnchors;
  return {bound ? ErrorCode::kLimitExceeded : ErrorCode::kInvalidArgument, std::move(message),
          std::move(where)};
}

bool Loader::CheckOptions() {
  const std::chrono::seconds skew = state_->options.not_before_skew;
  const bool in_range = skew >= std::chrono::seconds(0) && skew <= kMaxNotBeforeSkew;
  return in_range || Refuse(TrustReason::kBadOption);
}

bool Loader::AddSource(const TrustSource& source) {
  state_->sources.push_back({source.name, source.available});
  fault_ = {};
  fault_.source = source.name;
  if (!source.available) return true;
  for (const TrustedName& entity : source.entities) {
    if (!AddName(entity, false)) return false;
  }
  for (const TrustedName& bundle : source.bundles) {
    if (!AddName(bundle, true)) return false;
  }
  return true;
}

bool Loader::AddName(const TrustedName& named, bool is_bundle) {
  fault_.entity = named.name;
  fault_.certificate = 0;
  const std::size_t source = state_->sources.size() - 1;
  std::string holder;
  if (is_bundle) {
    if (!base::IsTrustDomain(named.name)) return Refuse(TrustReason::kBadTrustDomain);
    if (!names_.TakeTrustDomain(named.name, source, holder)) {
      return Refuse(TrustReason::kNameTwice, holder);
    }
  } else {
    if (!IsEntityName(named.name)) return Refuse(TrustReason::kBadEntityName);
    if (!names_.TakeEntity(named.name, source, holder)) {
      return Refuse(TrustReason::kNameTwice, holder);
    }
  }
  const auto place = static_cast<std::uint32_t>(state_->groups.size());
  AnchorGroup& group = state_->groups.emplace_back(named.name, source, is_bundle);
  if (is_bundle) state_->group_of_trust_domain.emplace(named.name, place);
  std::size_t certificates = 0;
  for (const std::string& file : named.files) {
    if (!AddFile(file, group, certificates)) return false;
  }
  return true;
}

bool Loader::AddFile(std::string_view file, AnchorGroup& group, std::size_t& certificates) {
  const std::size_t before = certificates;
  CertificateFile read = ReadCertificateFile(file, known_);
  if (read.refused) {
    fault_.certificate = read.certificate == 0 ? 0 : before + read.certificate;
    return Refuse(*read.refused);
  }
  for (const Anchor& anchor : read.certificates) {
    fault_.certificate = ++certificates;
    if (const auto refused = RefuseAnchor(anchor.certificate)) return Refuse(*refused);
  }
  const std::vector<bool> lowest = group.is_bundle()
                                       ? std::vector<bool>(read.certificates.size(), true)
                                       : LowestOf(read.certificates);
  for (std::size_t i = 0; i < read.certificates.size(); ++i) {
    fault_.certificate = before + i + 1;
    if (lowest[i] && !AddAnchor(std::move(read.certificates[i]), group)) return false;
  }
  return true;
}

bool Loader::AddAnchor(Anchor anchor, AnchorGroup& group) {
  std::string holder;
  if (!names_.TakeKey(anchor.certificate.spki_sha256(), group.name(), holder)) {
    return Refuse(TrustReason::kAnchorOfTwo, holder);
  }
  // Once more in a file, or in another source of the entity.
  if (!loaded_.insert(anchor.sha256).second) return true;
  if (group.anchors().size() == kMaxAnchorsOfEntity || state_->anchors.size() == kMaxAnchors) {
    return Refuse(TrustReason::kTooManyAnchors);
  }
  std::size_t store = 0;
  if (!group.Add(std::move(anchor), store) || !Index(group, group.anchors().back(), store)) {
    return Refuse(TrustReason::kInternalError);
  }
  return true;
}

bool Loader::Index(const AnchorGroup& group, const Anchor& anchor, std::size_t store) {
  const Certificate& certificate = anchor.certificate;
  unsigned long hash = 0;
  if (!HashName(X509_get_subject_name(certificate.x509()), hash)) return false;
  const auto place = static_cast<std::uint32_t>(&group - state_->groups.data());
  const StoreOfGroup here{place, static_cast<std::uint32_t>(store)};
  std::vector<StoreOfGroup>& stores = state_->stores_of_subject[hash];
  if (std::find(stores.begin(), stores.end(), here) == stores.end()) stores.push_back(here);

  state_->anchors.push_back({group.name(), state_->sources[group.source()].name, group.is_bundle(),
                             certificate.Subject(), anchor.sha256, certificate.spki_sha256(),
                             certificate.not_before(), certificate.not_after()});
  return true;
}

bool Loader::AddRevoked(std::span<const std::string> revoked) {
  fault_ = {};
  for (const std::string& element : revoked) {
    ++fault_.certificate;
    Sha256Digest digest{};
    if (ReadDigest(element, digest)) {
      state_->revoked.insert(digest);
      continue;
    }
    const CertificateFile read = ReadCertificateFile(element, known_);
    if (read.refused) return Refuse(TrustReason::kBadRevoked);
    for (const Anchor& certificate : read.certificates) {
      if (!certificate.certificate.key_fault().empty()) return Refuse(TrustReason::kBadRevoked);
      state_->revoked.insert(certificate.certificate.spki_sha256());
    }
  }
  return true;
}

}  // namespace callgate::trust
