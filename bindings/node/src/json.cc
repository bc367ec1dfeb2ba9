// RFC 8785.
#include "callgate/json.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "addon.h"
#include "argument.h"
#include "callgate/split_object.h"

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

// splitObject(json, maxBytes): [key, value, key, value, ...], for lib/split-object.ts. A caller who
// allows more bytes than the limit means as many more values.
Napi::Value SplitObject(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const BytesArgument text(info[0]);
  Limits limits;
  const auto max_bytes = static_cast<std::size_t>(info[1].As<Napi::Number>().Int64Value());
  limits.max_json_nodes =
      std::max(limits.max_json_nodes, max_bytes / (limits.max_json_bytes / limits.max_json_nodes));
  limits.max_json_bytes = max_bytes;
  const auto members = json::SplitObject(text.view(), limits);
  if (!members.ok()) return Throw(env, ErrorClass::kJsonError, members.error());
  Napi::Array split = Napi::Array::New(env, members->size() * 2);
  std::uint32_t at = 0;
  for (const json::MemberText& member : *members) {
    split.Set(at++, Text(env, member.key));
    split.Set(at++, Bytes(env, member.value));
  }
  return split;
}

}  // namespace

void RegisterJson(Napi::Object exports) {
  Export<Canonicalize>(exports, "canonicalize");
  Export<SplitObject>(exports, "splitObject");
}

}  // namespace callgate::node
