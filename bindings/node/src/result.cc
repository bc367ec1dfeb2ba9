// Values that go back to JavaScript. Bytes and texts are always copies.
#include "addon.h"

namespace callgate::node {

Napi::Value Text(Napi::Env env, std::string_view text) {
  return Napi::String::New(env, text.data(), text.size());
}

Napi::Value TextOrNull(Napi::Env env, std::string_view text) {
  return text.empty() ? env.Null() : Text(env, text);
}

Napi::Value Bytes(Napi::Env env, std::string_view bytes) {
  return Napi::Buffer<char>::Copy(env, bytes.data(), bytes.size());
}

}  // namespace callgate::node
