#include "core/trust/anchor_group.h"

#include <algorithm>
#include <utility>

#include "callgate/trust.h"

namespace callgate::trust {
namespace {

constexpr int kSecurityLevel = 2;  // 112 bits; OpenSSL's SSL_CTX_set_security_level(3)

// How each path is judged; the time comes with the question.
StorePtr NewStore() {
  StorePtr store(X509_STORE_new());
  if (!store) return nullptr;
  X509_VERIFY_PARAM* how = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_auth_level(how, kSecurityLevel);
  X509_VERIFY_PARAM_set_depth(how, static_cast<int>(kMaxChainCertificates));
  // An anchor is what the operator registered, also where it is no root. Policies are checked so
  // that policyConstraints hold (RFC 5280, 6.1): libcrypto reads the extension and else ignores it.
  constexpr unsigned long kFlags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_POLICY_CHECK;
  // Any policy will do; libcrypto takes an empty set as none. The object is libcrypto's own.
  if (X509_VERIFY_PARAM_add0_policy(how, OBJ_nid2obj(NID_any_policy)) != 1 ||
      X509_VERIFY_PARAM_set_flags(how, kFlags) != 1 ||
      X509_VERIFY_PARAM_set_purpose(how, X509_PURPOSE_SSL_CLIENT) != 1 ||
      X509_VERIFY_PARAM_set_trust(how, X509_TRUST_SSL_CLIENT) != 1) {
    return nullptr;
  }
  return store;
}

}  // namespace

bool AnchorGroup::Add(Anchor anchor, std::size_t& store) {
  X509* const x509 = anchor.certificate.x509();
  const X509_NAME* subject = X509_get_subject_name(x509);
  store = 0;
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    const X509_NAME* other = X509_get_subject_name(anchors_[i].certificate.x509());
    if (X509_NAME_cmp(subject, other) == 0) store = std::max(store, store_of_[i] + 1);
  }
  if (store == stores_.size()) {
    stores_.push_back(NewStore());
    if (!stores_.back()) return false;
  }
  if (X509_STORE_add_cert(stores_[store].get(), x509) != 1) return false;
  anchors_.push_back(std::move(anchor));
  store_of_.push_back(store);
  return true;
}

const Anchor* AnchorGroup::Find(const X509* x509) const noexcept {
  const auto found = std::find_if(anchors_.begin(), anchors_.end(), [&](const Anchor& anchor) {
    return anchor.certificate.x509() == x509;
  });
  return found == anchors_.end() ? nullptr : &*found;
}

}  // namespace callgate::trust
