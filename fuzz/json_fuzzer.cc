// What parses can be written and parsed again to the same value, in both orders of keys.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "callgate/json.h"

namespace json = callgate::json;

namespace {

std::string Lexical(json::Value value, json::KeyOrder order) {
  std::string out;
  json::WriteLexical(value, order, out);
  return out;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = json::Parse(text);
  if (!document) {
    Require(!document.error().message.empty());
    return 0;
  }
  Require(json::IsValidUtf8(text));
  const std::string first = Lexical(document->root(), json::KeyOrder::kCodePoint);
  const std::string utf16 = Lexical(document->root(), json::KeyOrder::kUtf16);
  Require(first.size() == utf16.size());
  Require((first != utf16) == json::KeyOrdersDiffer(document->root()));
  const auto again = json::Parse(utf16);
  Require(again.ok());
  Require(Lexical(again->root(), json::KeyOrder::kCodePoint) == first);
  return 0;
}
