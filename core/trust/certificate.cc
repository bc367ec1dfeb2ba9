#include "core/trust/certificate.h"

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <cstddef>

#include "core/trust/der.h"

namespace callgate::trust {
namespace {

constexpr int kMostExtensions = 64;

// RFC 5280, 4.2: a certificate has no more than one instance of an extension.
bool HasExtensionTwice(const X509* x509) {
  const int count = X509_get_ext_count(x509);
  if (count > kMostExtensions) return true;
  for (int i = 1; i < count; ++i) {
    const ASN1_OBJECT* kind = X509_EXTENSION_get_object(X509_get_ext(x509, i));
    for (int earlier = 0; earlier < i; ++earlier) {
      if (OBJ_cmp(kind, X509_EXTENSION_get_object(X509_get_ext(x509, earlier))) == 0) return true;
    }
  }
  return false;
}

// X.690 within the extensions that libcrypto reads, as RFC 5280, 4.2 wants. It reads BER too, which
// another reader may understand otherwise, or not at all. What else an octet string holds is free.
bool AreExtensionsStrict(const X509* x509) {
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    X509_EXTENSION* extension = X509_get_ext(x509, i);
    if (X509V3_EXT_get(extension) == nullptr) continue;
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
    const std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                 static_cast<std::size_t>(ASN1_STRING_length(value)));
    if (!IsStrictDer(bytes)) return false;
  }
  return true;
}

X509Ptr Decode(std::string_view der) {
  X509Ptr x509(X509_new_ex(LibraryContext(), nullptr));
  if (!x509) return nullptr;
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  X509* decoded = x509.release();  // d2i_X509 frees it when it fails
  if (d2i_X509(&decoded, &bytes, static_cast<long>(der.size())) == nullptr) return nullptr;
  x509.reset(decoded);
  if (bytes != reinterpret_cast<const unsigned char*>(der.data()) + der.size()) return nullptr;
  return x509;
}

}  // namespace

Certificate::Certificate(const Certificate& other) : fields_(other.fields_) {
  if (other.x509_ != nullptr && X509_up_ref(other.x509()) == 1) x509_.reset(other.x509());
}

Certificate& Certificate::operator=(const Certificate& other) { return *this = Certificate(other); }

std::optional<Certificate> Certificate::Parse(std::string_view der) {
  const std::optional<CertificateFields> fields = ReadFields(der);
  if (!fields) return std::nullopt;
  return Parse(der, *fields);
}

std::optional<Certificate> Certificate::Parse(std::string_view der,
                                              const CertificateFields& fields) {
  if (LibraryContext() == nullptr) return std::nullopt;
  Certificate certificate;
  certificate.fields_ = fields;
  certificate.x509_ = Decode(der);
  if (!certificate.x509_) return std::nullopt;
  X509* const x509 = certificate.x509();
  // Reads and remembers the extensions.
  if ((X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0 || HasExtensionTwice(x509) ||
      !AreExtensionsStrict(x509)) {
    return std::nullopt;
  }
  return certificate;
}

std::string Certificate::Subject() const {
  constexpr std::size_t kMostBytes = 256;
  const std::unique_ptr<BIO, Freed<BIO_free_all>> text(BIO_new(BIO_s_mem()));
  if (!text) return {};
  // Escapes control characters, and all that is not ASCII.
  X509_NAME_print_ex(text.get(), X509_get_subject_name(x509()), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  if (size <= 0 || data == nullptr) return {};
  std::string subject(data, static_cast<std::size_t>(size));
  if (subject.size() > kMostBytes) subject.resize(kMostBytes);
  return subject;
}

}  // namespace callgate::trust
