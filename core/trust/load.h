// Builds what a snapshot holds, or says what does not load.
#ifndef CALLGATE_CORE_TRUST_LOAD_H_
#define CALLGATE_CORE_TRUST_LOAD_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "callgate/result.h"
#include "callgate/trust.h"
#include "core/trust/certificate_file.h"
#include "core/trust/names.h"
#include "core/trust/snapshot_state.h"

namespace callgate::trust {

// One load: what is done so far, and whose turn it is. Stops at the first fault.
class Loader {
 public:
  // `previous` may be nullptr.
  Loader(const TrustOptions& options, const SnapshotState* previous);

  // False: `error` and `fault` say why. The sources in their order.
  [[nodiscard]] bool CheckOptions();
  [[nodiscard]] bool AddRevoked(std::span<const std::string> revoked);
  [[nodiscard]] bool AddSource(const TrustSource& source);

  const TrustFault& fault() const noexcept { return fault_; }
  Error error() const;
  std::shared_ptr<const SnapshotState> Finish() { return std::move(state_); }

 private:
  bool AddName(const TrustedName& named, bool is_bundle);
  bool AddFile(std::string_view file, AnchorGroup& group, std::size_t& certificates);
  bool AddAnchor(Anchor anchor, AnchorGroup& group);
  bool Index(const AnchorGroup& group, const Anchor& anchor, std::size_t store);
  bool Refuse(TrustReason reason, std::string other = {});

  std::shared_ptr<SnapshotState> state_;
  KnownAnchors known_;
  Names names_;
  DigestSet loaded_;  // certificates
  TrustFault fault_;
  std::string other_;  // the other of two that clash
};

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_LOAD_H_
