#include "core/trust/path.h"

#include <algorithm>
#include <ctime>
#include <numeric>
#include <utility>

#include "core/trust/choices.h"
#include "core/trust/key_rules.h"
#include "core/trust/path_error.h"

namespace callgate::trust {
namespace {

using Places = std::vector<std::size_t>;

struct Question {
  const AnchorGroup& group;
  X509_STORE* store;
  const PresentedChain& chain;
  const TrustOptions& options;
  Time now;
};

std::time_t SecondsOf(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// What the options forgive. libcrypto asks for each fault that it finds.
int Forgive(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  const auto& question = *static_cast<const Question*>(X509_STORE_CTX_get_app_data(context));
  X509* const x509 = X509_STORE_CTX_get_current_cert(context);
  if (x509 == nullptr) return 0;
  bool forgiven = false;
  switch (X509_STORE_CTX_get_error(context)) {
    case X509_V_ERR_CERT_NOT_YET_VALID: {
      std::time_t latest = SecondsOf(question.now + question.options.not_before_skew);
      forgiven = X509_cmp_time(X509_get0_notBefore(x509), &latest) < 0;  // or equal
      break;
    }
    case X509_V_ERR_INVALID_PURPOSE:
      forgiven = question.options.accept_any_eku &&
                 (X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) != 0 &&
                 (X509_get_extended_key_usage(x509) & XKU_ANYEKU) != 0;
      break;
    default:
      break;
  }
  if (!forgiven) return 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

Place PlaceIn(const Question& question, const X509* x509) {
  const std::vector<Certificate>& presented = question.chain.certificates;
  for (std::size_t i = 0; i < presented.size(); ++i) {
    if (presented[i].x509() == x509) return PlaceOf(i);
  }
  if (question.group.Find(x509) != nullptr) return {TrustPlace::kAnchor, 0};
  return {};
}

Path Refuse(TrustReason reason, std::string_view detail, Place place = {}) {
  Path path;
  path.reason = reason;
  path.detail = detail;
  path.place = place;
  return path;
}

const Certificate* CertificateOf(const Question& question, const X509* x509) {
  for (const Certificate& presented : question.chain.certificates) {
    if (presented.x509() == x509) return &presented;
  }
  const Anchor* anchor = question.group.Find(x509);
  return anchor == nullptr ? nullptr : &anchor->certificate;
}

// What libcrypto found good, with our own rules for each of its certificates.
Path Accept(const Question& question, STACK_OF(X509) * built) {
  const int size = sk_X509_num(built);
  Path path;
  path.valid_until = Time::max();
  for (int i = 0; i < size; ++i) {
    const X509* x509 = sk_X509_value(built, i);
    const Certificate* certificate = CertificateOf(question, x509);
    if (certificate == nullptr) return Refuse(TrustReason::kInternalError, {});
    if (!HasStrongKey(x509)) return Refuse(TrustReason::kWeakKey, {}, PlaceIn(question, x509));
    path.spki_sha256.push_back(certificate->spki_sha256());
    path.valid_until = std::min(path.valid_until, certificate->not_after());
  }
  const Anchor* anchor = size < 2 ? nullptr : question.group.Find(sk_X509_value(built, size - 1));
  if (anchor == nullptr || question.now >= path.valid_until) {
    return Refuse(TrustReason::kInternalError, {});
  }
  path.anchor = anchor;
  return path;
}

Path FindPathOver(const Question& question, const Places& places) {
  const BorrowedStackPtr untrusted(sk_X509_new_null());
  const StoreContextPtr context(X509_STORE_CTX_new_ex(LibraryContext(), nullptr));
  if (!untrusted || !context) return Refuse(TrustReason::kInternalError, {});
  for (const std::size_t place : places) {
    if (sk_X509_push(untrusted.get(), question.chain.certificates[place].x509()) == 0) {
      return Refuse(TrustReason::kInternalError, {});
    }
  }
  X509* const leaf = question.chain.leaf().x509();
  if (X509_STORE_CTX_init(context.get(), question.store, leaf, untrusted.get()) != 1) {
    return Refuse(TrustReason::kInternalError, {});
  }
  X509_STORE_CTX_set_time(context.get(), 0, SecondsOf(question.now));
  X509_STORE_CTX_set_app_data(context.get(), const_cast<Question*>(&question));
  X509_STORE_CTX_set_verify_cb(context.get(), Forgive);
  if (X509_verify_cert(context.get()) == 1) {
    return Accept(question, X509_STORE_CTX_get0_chain(context.get()));
  }
  const int error = X509_STORE_CTX_get_error(context.get());
  return Refuse(ReasonOf(error), X509_verify_cert_error_string(error),
                PlaceIn(question, X509_STORE_CTX_get_current_cert(context.get())));
}

}  // namespace

Path FindPath(const AnchorGroup& group, std::size_t store, const PresentedChain& chain,
              const TrustOptions& options, Time now) {
  const Question question{group, group.stores()[store].get(), chain, options, now};
  Places all(chain.certificates.size() - 1);
  std::iota(all.begin(), all.end(), std::size_t{1});
  Path path = FindPathOver(question, all);
  if (path.anchor != nullptr) return path;
  for (const Places& choice : ChoicesAmongTwins(chain)) {
    Path other = FindPathOver(question, choice);
    if (other.anchor != nullptr) return other;
    if (path.reason == TrustReason::kUntrusted) path = std::move(other);
  }
  return path;
}

}  // namespace callgate::trust
