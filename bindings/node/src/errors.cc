// The table of error codes, and how an Error becomes a JavaScript exception.
#include <cstdint>
#include <iterator>

#include "addon.h"

namespace callgate::node {
namespace {

constexpr ErrorCode kCodes[] = {
#define CALLGATE_ERROR_CODE(constant, name, smcp, seal, when) ErrorCode::k##constant,
#include "callgate/error_codes.inc"
#undef CALLGATE_ERROR_CODE
};

const char* ClassName(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::kCallgateError:
      return "CallgateError";
    case ErrorClass::kEnvelopeError:
      return "EnvelopeError";
    case ErrorClass::kJsonError:
      return "JsonError";
    case ErrorClass::kKeyFormatError:
      return "KeyFormatError";
    case ErrorClass::kPolicyError:
      return "PolicyError";
    case ErrorClass::kSessionError:
      return "SessionError";
    case ErrorClass::kTokenError:
      return "TokenError";
  }
  return "CallgateError";
}

// codes(): [name, code, SEAL code, meaning], in the order of ErrorCode.
Napi::Value Codes(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Array table = Napi::Array::New(env, std::size(kCodes));
  for (std::uint32_t i = 0; i < std::size(kCodes); ++i) {
    Napi::Array row = Napi::Array::New(env, 4);
    row.Set(0u, Text(env, CodeName(kCodes[i])));
    row.Set(1u, CodeNumber(kCodes[i]));
    row.Set(2u, SealCodeNumber(kCodes[i]));
    row.Set(3u, Text(env, CodeMeaning(kCodes[i])));
    table.Set(i, row);
  }
  return table;
}

// onError(makeError): how exceptions are made, (class name, index of the code, message, where).
Napi::Value OnError(const Napi::CallbackInfo& info) {
  info.Env().GetInstanceData<AddonData>()->make_error =
      Napi::Persistent(info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

}  // namespace

Napi::Value MakeError(Napi::Env env, ErrorClass error_class, const Error& error) {
  return env.GetInstanceData<AddonData>()->make_error.Call(
      {Napi::String::New(env, ClassName(error_class)),
       Napi::Number::New(env, static_cast<int>(error.code)), Text(env, error.message),
       TextOrNull(env, error.where)});
}

Napi::Value Throw(Napi::Env env, ErrorClass error_class, const Error& error) {
  const Napi::Value exception = MakeError(env, error_class, error);
  if (!exception.IsEmpty()) napi_throw(env, exception);
  return {};
}

void RegisterErrors(Napi::Object exports) {
  Export<Codes>(exports, "codes");
  Export<OnError>(exports, "onError");
}

}  // namespace callgate::node
