#include "core/json/key_order.h"

#include <algorithm>
#include <vector>

#include "callgate/json.h"

namespace callgate::json {
namespace {

// Byte order is code-point order. UTF-16 differs in one thing only: surrogates (lead bytes F0..F4
// in UTF-8) come before U+E000..U+FFFF (lead bytes EE and EF).
int Utf16Rank(unsigned char lead) { return lead == 0xEE || lead == 0xEF ? lead + 0x10 : lead; }

// Whether a key holds a byte from EE on.
bool HasHighKey(Value object) noexcept {
  for (const Member member : object.members()) {
    if (std::any_of(member.key.begin(), member.key.end(),
                    [](char c) { return static_cast<unsigned char>(c) >= 0xEE; })) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool LessUtf16(std::string_view a, std::string_view b) noexcept {
  const auto [at_a, at_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (at_b == b.end()) return false;
  if (at_a == a.end()) return true;
  // In valid UTF-8 the first difference is between two lead bytes or two continuation bytes, and
  // no continuation byte is EE or EF.
  return Utf16Rank(static_cast<unsigned char>(*at_a)) <
         Utf16Rank(static_cast<unsigned char>(*at_b));
}

bool IsInUtf16Order(Value object) noexcept {
  // The orders differ only about keys with characters beyond U+DFFF.
  if (!HasHighKey(object)) return true;
  std::string_view previous;
  bool first = true;
  for (const Member member : object.members()) {
    if (!first && !LessUtf16(previous, member.key)) return false;
    first = false;
    previous = member.key;
  }
  return true;
}

bool KeyOrdersDiffer(Value value) noexcept {
  std::vector<Value> pending{value};
  while (!pending.empty()) {
    const Value current = pending.back();
    pending.pop_back();
    if (current.is_array()) {
      for (const Value element : current.elements()) pending.push_back(element);
    } else if (current.is_object()) {
      if (!IsInUtf16Order(current)) return true;
      for (const Member member : current.members()) pending.push_back(member.value);
    }
  }
  return false;
}

}  // namespace callgate::json
