// Arguments that are arrays.
#ifndef CALLGATE_BINDINGS_NODE_ELEMENTS_H_
#define CALLGATE_BINDINGS_NODE_ELEMENTS_H_

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace callgate::node {

// Gives each element to `visit`. False where one cannot be read, as in a worker that is being
// terminated: Napi::Array would then say 0 of its length and an empty value for an element, of
// which any use ends the process.
template <typename Visit>
[[nodiscard]] bool ForEach(const Napi::Value& array, Visit visit) {
  const Napi::Env env = array.Env();
  std::uint32_t size = 0;
  if (napi_get_array_length(env, array, &size) != napi_ok) return false;
  for (std::uint32_t i = 0; i < size; ++i) {
    napi_value element;
    if (napi_get_element(env, array, i, &element) != napi_ok) return false;
    visit(Napi::Value(env, element));
  }
  return true;
}

// An array of strings. Those that cannot be read are left out.
inline std::vector<std::string> Texts(const Napi::Value& array) {
  std::vector<std::string> texts;
  const bool read = ForEach(array, [&](const Napi::Value& text) {
    if (text.IsString()) texts.push_back(text.As<Napi::String>().Utf8Value());
  });
  if (!read) texts.clear();
  return texts;
}

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_ELEMENTS_H_
