// A secret key that can be closed while other threads sign with it.
#ifndef CALLGATE_BINDINGS_PYTHON_SECRET_KEY_H_
#define CALLGATE_BINDINGS_PYTHON_SECRET_KEY_H_

#include <memory>
#include <mutex>
#include <utility>

#include "callgate/crypto.h"

namespace callgate::python {

// The key is erased when it was closed and the last call that was using it has returned.
class SecretKeyHandle {
 public:
  explicit SecretKeyHandle(SecretKey key)
      : public_key_(key.public_key()), key_(std::make_shared<const SecretKey>(std::move(key))) {}

  const PublicKey& public_key() const noexcept { return public_key_; }
  bool closed() const;
  void Close();
  // Raises CallgateError when the key was closed. REQUIRES: the GIL is held.
  std::shared_ptr<const SecretKey> Get() const;

 private:
  PublicKey public_key_;
  mutable std::mutex mutex_;
  std::shared_ptr<const SecretKey> key_;
};

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_SECRET_KEY_H_
