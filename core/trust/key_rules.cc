#include "core/trust/key_rules.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

namespace callgate::trust {
namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;
constexpr int kLeastSecurityBits = 112;

bool IsStrongRsa(const X509* x509) {
  const EVP_PKEY* key = X509_get0_pubkey(x509);
  if (key == nullptr) return false;
  const int bits = EVP_PKEY_get_bits(key);
  return kLeastRsaBits <= bits && bits <= kMostRsaBits;
}

// By the parameters as they are written: a curve that is spelt out has no name.
bool IsNistCurve(int type, const void* parameters) {
  if (type != V_ASN1_OBJECT) return false;
  switch (OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameters))) {
    case NID_X9_62_prime256v1:
    case NID_secp384r1:
    case NID_secp521r1:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool HasStrongKey(const X509* x509) {
  X509_ALGOR* algorithm = nullptr;
  if (X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm, X509_get_X509_PUBKEY(x509)) !=
      1) {
    return false;
  }
  const ASN1_OBJECT* kind = nullptr;
  int type = V_ASN1_UNDEF;
  const void* parameters = nullptr;
  X509_ALGOR_get0(&kind, &type, &parameters, algorithm);
  switch (OBJ_obj2nid(kind)) {
    case NID_rsaEncryption:
      return IsStrongRsa(x509);
    case NID_X9_62_id_ecPublicKey:
      return IsNistCurve(type, parameters) && X509_get0_pubkey(x509) != nullptr;
    case NID_ED25519:
      return X509_get0_pubkey(x509) != nullptr;
    default:
      return false;
  }
}

bool HasStrongSignature(X509* x509) {
  int security_bits = 0;
  return X509_get_signature_info(x509, nullptr, nullptr, &security_bits, nullptr) == 1 &&
         security_bits >= kLeastSecurityBits;
}

}  // namespace callgate::trust
