// Arguments that JavaScript passes as bytes: a Uint8Array, or a string that stands for its UTF-8.
#ifndef CALLGATE_BINDINGS_NODE_ARGUMENT_H_
#define CALLGATE_BINDINGS_NODE_ARGUMENT_H_

#include <napi.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/crypto.h"

namespace callgate::node {

// Holds the bytes for the duration of one call. A Uint8Array is read in place, since JavaScript
// cannot run meanwhile; one over shared memory is copied, since other threads can.
class BytesArgument {
 public:
  explicit BytesArgument(const Napi::Value& value);
  BytesArgument(const BytesArgument&) = delete;
  BytesArgument& operator=(const BytesArgument&) = delete;

  std::string_view view() const noexcept { return view_; }
  operator std::string_view() const noexcept { return view_; }

 private:
  void ReadString(const Napi::Value& value);
  void ReadArray(const Napi::Value& value);

  std::string_view view_;
  std::string copy_;
  char small_[256];
};

// The same for private keys: what has to be copied is copied into locked memory.
class SecretArgument {
 public:
  explicit SecretArgument(const Napi::Value& value);
  std::string_view view() const noexcept { return view_; }

 private:
  std::optional<SecretBytes> copy_;
  std::string_view view_;
};

// 32 bytes, as lib/ checked.
Sha256Digest DigestArgument(const Napi::Value& value);

// A string, or nullopt for undefined.
std::optional<std::string> OptionalText(const Napi::Value& value);

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_ARGUMENT_H_
