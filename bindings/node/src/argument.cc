#include "argument.h"

#include <algorithm>

namespace callgate::node {
namespace {

struct ArrayMemory {
  std::string_view bytes;
  bool shared;
};

ArrayMemory MemoryOf(const Napi::Value& value) {
  napi_typedarray_type type;
  std::size_t size = 0;
  void* data = nullptr;
  napi_value buffer;
  if (napi_get_typedarray_info(value.Env(), value, &type, &size, &data, &buffer, nullptr) !=
      napi_ok) {
    return {{}, false};
  }
  bool unshared = false;
  napi_is_arraybuffer(value.Env(), buffer, &unshared);
  return {data == nullptr ? std::string_view() : std::string_view(static_cast<char*>(data), size),
          !unshared};
}

}  // namespace

BytesArgument::BytesArgument(const Napi::Value& value) {
  if (value.IsString()) {
    ReadString(value);
  } else {
    ReadArray(value);
  }
}

void BytesArgument::ReadString(const Napi::Value& value) {
  std::size_t size = 0;
  napi_get_value_string_utf8(value.Env(), value, small_, sizeof small_, &size);
  // Whatever fits leaves room for one more character, of at most four bytes.
  if (size < sizeof small_ - 4) {
    view_ = {small_, size};
    return;
  }
  napi_get_value_string_utf8(value.Env(), value, nullptr, 0, &size);
  copy_.resize(size);
  napi_get_value_string_utf8(value.Env(), value, copy_.data(), size + 1, nullptr);
  view_ = copy_;
}

void BytesArgument::ReadArray(const Napi::Value& value) {
  const ArrayMemory memory = MemoryOf(value);
  if (memory.shared) {
    copy_ = memory.bytes;
    view_ = copy_;
  } else {
    view_ = memory.bytes;
  }
}

SecretArgument::SecretArgument(const Napi::Value& value) {
  if (value.IsString()) {
    std::size_t size = 0;
    napi_get_value_string_utf8(value.Env(), value, nullptr, 0, &size);
    copy_.emplace(size + 1);  // a final NUL is written too
    napi_get_value_string_utf8(value.Env(), value, copy_->data(), size + 1, nullptr);
    view_ = copy_->view().substr(0, size);
    return;
  }
  const ArrayMemory memory = MemoryOf(value);
  view_ = memory.bytes;
  if (memory.shared) {
    copy_.emplace(memory.bytes.size());
    std::copy(memory.bytes.begin(), memory.bytes.end(), copy_->data());
    view_ = copy_->view();
  }
}

Sha256Digest DigestArgument(const Napi::Value& value) {
  const BytesArgument bytes(value);
  Sha256Digest digest{};
  bytes.view().copy(reinterpret_cast<char*>(digest.data()), digest.size());
  return digest;
}

std::optional<std::string> OptionalText(const Napi::Value& value) {
  if (!value.IsString()) return std::nullopt;
  return value.As<Napi::String>().Utf8Value();
}

}  // namespace callgate::node
