// RFC 8785.
#include "callgate/json.h"

#include <cstring>

#include "addon.h"
#include "argument.h"

namespace callgate::node {
namespace {

// canonicalize(json, room): writes into `room`, a Uint8Array, and returns the number of bytes; or
// returns a new Uint8Array where it has too little room. Making one costs more than a small
// document.
Napi::Value Canonicalize(const Napi::CallbackInfo& info) {
  const BytesArgument text(info[0]);
  const auto canonical = json::Canonicalize(text.view());
  if (!canonical.ok()) return Throw(info.Env(), ErrorClass::kJsonError, canonical.error());
  auto room = info[1].As<Napi::Uint8Array>();
  if (canonical->size() > room.ByteLength()) return Bytes(info.Env(), *canonical);
  std::memcpy(room.Data(), canonical->data(), canonical->size());
  return Napi::Number::New(info.Env(), static_cast<double>(canonical->size()));
}

}  // namespace

void RegisterJson(Napi::Object exports) { Export<Canonicalize>(exports, "canonicalize"); }

}  // namespace callgate::node
