// The canonical form is a fixed point, and does not depend on how its source was written.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "callgate/json.h"

namespace json = callgate::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto canonical = json::Canonicalize(text);
  if (!canonical) return 0;
  const auto again = json::Canonicalize(*canonical);
  if (!again || *again != *canonical) std::abort();
  const auto document = json::Parse(text);
  std::string lexical;
  json::WriteLexical(document->root(), json::KeyOrder::kCodePoint, lexical);
  const auto from_lexical = json::Canonicalize(lexical);
  if (!from_lexical || *from_lexical != *canonical) std::abort();
  return 0;
}
