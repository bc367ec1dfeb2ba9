// The anchors of one name in one source, ready for the building of paths.
#ifndef CALLGATE_CORE_TRUST_ANCHOR_GROUP_H_
#define CALLGATE_CORE_TRUST_ANCHOR_GROUP_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "callgate/crypto.h"
#include "core/trust/certificate.h"
#include "core/trust/libcrypto.h"

namespace callgate::trust {

struct Anchor {
  Certificate certificate;
  Sha256Digest sha256{};
};

// A store of libcrypto takes one issuer of a name and looks at no other of it, so anchors of one
// name, as after a change of keys, stand in stores of their own.
class AnchorGroup {
 public:
  AnchorGroup(std::string name, std::size_t source, bool is_bundle)
      : name_(std::move(name)), source_(source), is_bundle_(is_bundle) {}

  const std::string& name() const noexcept { return name_; }
  std::size_t source() const noexcept { return source_; }  // its place among the sources
  bool is_bundle() const noexcept { return is_bundle_; }
  const std::vector<Anchor>& anchors() const noexcept { return anchors_; }
  const std::vector<StorePtr>& stores() const noexcept { return stores_; }

  // False where there was no memory. `store` is where it was put.
  [[nodiscard]] bool Add(Anchor anchor, std::size_t& store);
  // nullptr unless it is one of the objects that were added.
  const Anchor* Find(const X509* x509) const noexcept;

 private:
  std::string name_;
  std::size_t source_;
  bool is_bundle_;
  std::vector<Anchor> anchors_;
  std::vector<StorePtr> stores_;
  std::vector<std::size_t> store_of_;  // of each anchor
};

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_ANCHOR_GROUP_H_
