// The table of contents of the addon: what each topic registers.
#include <napi.h>

#include <string_view>

#include "callgate/json.h"

namespace {

Napi::Value Canonicalize(const Napi::CallbackInfo& info) {
  const auto text = info[0].As<Napi::Uint8Array>();
  const auto canonical = callgate::json::Canonicalize(
      std::string_view(reinterpret_cast<const char*>(text.Data()), text.ByteLength()));
  if (!canonical.ok()) throw Napi::Error::New(info.Env(), canonical.error().message);
  return Napi::Buffer<char>::Copy(info.Env(), canonical->data(), canonical->size());
}

Napi::Object Register(Napi::Env env, Napi::Object exports) {
  exports["version"] = Napi::String::New(env, CALLGATE_VERSION);
  exports["canonicalize"] = Napi::Function::New(env, Canonicalize);
  return exports;
}

}  // namespace

NODE_API_MODULE(callgate, Register)
