#include <string>
#include <utility>

#include "callgate/trust.h"
#include "core/trust/judge.h"
#include "core/trust/libcrypto.h"
#include "core/trust/load.h"
#include "core/trust/presented_chain.h"
#include "core/trust/snapshot_state.h"

namespace callgate {

std::string TrustVerdict::Where() const {
  switch (place) {
    case TrustPlace::kNone:
      return {};
    case TrustPlace::kLeaf:
      return "leaf";
    case TrustPlace::kIntermediate:
      return "intermediate " + std::to_string(intermediate);
    case TrustPlace::kAnchor:
      return "anchor";
  }
  return {};
}

TrustSnapshot::TrustSnapshot(std::shared_ptr<const trust::SnapshotState> state)
    : state_(std::move(state)) {}

Result<TrustSnapshot> TrustSnapshot::Load(std::span<const TrustSource> sources,
                                          std::span<const std::string> revoked,
                                          const TrustOptions& options, TrustFault* fault,
                                          const TrustSnapshot* previous) {
  const trust::ErrorQueueGuard guard;
  trust::Loader loader(options, previous == nullptr ? nullptr : previous->state_.get());
  bool loaded = loader.CheckOptions() && loader.AddRevoked(revoked);
  for (const TrustSource& source : sources) loaded = loaded && loader.AddSource(source);
  if (!loaded) {
    if (fault != nullptr) *fault = loader.fault();
    return loader.error();
  }
  return TrustSnapshot(loader.Finish());
}

TrustVerdict TrustSnapshot::Verify(std::span<const std::string_view> chain, Time now) const {
  return trust::Judge(*state_, chain, now, nullptr);
}

std::vector<TrustVerdict> TrustSnapshot::VerifyMany(
    std::span<const std::vector<std::string_view>> chains, Time now) const {
  std::vector<TrustVerdict> verdicts;
  verdicts.reserve(chains.size());
  trust::KnownCertificates known;
  for (const std::vector<std::string_view>& chain : chains) {
    verdicts.push_back(trust::Judge(*state_, chain, now, &known));
  }
  return verdicts;
}

std::span<const TrustAnchor> TrustSnapshot::anchors() const noexcept { return state_->anchors; }

std::uint64_t TrustSnapshot::generation() const noexcept { return state_->options.generation; }

}  // namespace callgate
