// libcrypto, owned: a library context of its own, so that neither the program's configuration of
// OpenSSL nor another library in it changes what is trusted.
#ifndef CALLGATE_CORE_TRUST_LIBCRYPTO_H_
#define CALLGATE_CORE_TRUST_LIBCRYPTO_H_

#include <openssl/err.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

namespace callgate::trust {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

inline void FreeCertificateStack(STACK_OF(X509) * stack) { sk_X509_free(stack); }

using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using BitStringPtr = std::unique_ptr<ASN1_BIT_STRING, Freed<ASN1_BIT_STRING_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
// The stack alone: its certificates belong to others.
using BorrowedStackPtr = std::unique_ptr<STACK_OF(X509), Freed<FreeCertificateStack>>;

// The context, with the default provider and no configuration file. Lives as long as the program;
// nullptr where there was no memory for it.
OSSL_LIB_CTX* LibraryContext();

// What fails within leaves this thread's queue of errors as it was: it may be another library's.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() noexcept { ERR_set_mark(); }
  ~ErrorQueueGuard() { ERR_pop_to_mark(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_LIBCRYPTO_H_
