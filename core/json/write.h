// One writer for both canonical forms: they differ in how a number is written and keys are ordered.
#ifndef CALLGATE_CORE_JSON_WRITE_H_
#define CALLGATE_CORE_JSON_WRITE_H_

#include <algorithm>
#include <memory_resource>
#include <vector>

#include "callgate/json.h"
#include "core/json/key_order.h"
#include "core/json/output.h"

namespace callgate::json {

// An array or object whose children are being written. A stack of them stands in for recursion.
struct OpenContainer {
  bool is_object;
  Value::ElementIterator element{nullptr, nullptr};
  Value::MemberIterator member{nullptr, nullptr};
  // Where UTF-16 order is another than the document's: a range of the writer's reordered members.
  std::size_t reordered_at = 0;
  std::size_t reordered_end = 0;
};

// Puts `root`. `put_number(Value, Output&)` puts a number, or returns false to give up; then so
// does this.
template <typename PutNumber>
bool Write(Value root, KeyOrder order, Output& out, PutNumber put_number) {
  // Enough for ordinary depths without the heap.
  alignas(OpenContainer) char stack_memory[16 * sizeof(OpenContainer)];
  std::pmr::monotonic_buffer_resource resource(stack_memory, sizeof stack_memory);
  std::pmr::vector<OpenContainer> open(&resource);
  open.reserve(16);
  std::vector<Member> reordered;

  const auto put_scalar_or_open = [&](Value value) {
    switch (value.kind()) {
      case Kind::kNull:
        out.Put("null");
        return true;
      case Kind::kFalse:
        out.Put("false");
        return true;
      case Kind::kTrue:
        out.Put("true");
        return true;
      case Kind::kNumber:
        return put_number(value, out);
      case Kind::kString:
        out.PutPaddedString(value.string());
        return true;
      case Kind::kArray:
        out.Put('[');
        open.push_back({.is_object = false, .element = value.elements().begin()});
        return true;
      case Kind::kObject:
        out.Put('{');
        open.push_back({.is_object = true, .member = value.members().begin()});
        if (order == KeyOrder::kUtf16 && !IsInUtf16Order(value)) {
          open.back().reordered_at = reordered.size();
          for (const Member member : value.members()) reordered.push_back(member);
          open.back().reordered_end = reordered.size();
          std::sort(reordered.end() - static_cast<std::ptrdiff_t>(value.size()), reordered.end(),
                    [](const Member& a, const Member& b) { return LessUtf16(a.key, b.key); });
        }
        return true;
    }
    return false;
  };

  if (!put_scalar_or_open(root)) return false;
  while (!open.empty()) {
    OpenContainer& container = open.back();
    // A child never ends in its container's opening bracket, so the last byte tells.
    const bool first = out.last() == (container.is_object ? '{' : '[');
    if (container.is_object) {
      const bool is_reordered = container.reordered_end != 0;
      if (is_reordered ? container.reordered_at == container.reordered_end
                       : !(container.member != Value::MemberIterator(nullptr, nullptr))) {
        out.Put('}');
        open.pop_back();
        continue;
      }
      const Member member = is_reordered ? reordered[container.reordered_at++] : *container.member;
      if (!is_reordered) ++container.member;
      if (!first) out.Put(',');
      out.PutPaddedString(member.key);
      out.Put(':');
      if (!put_scalar_or_open(member.value)) return false;
    } else {
      if (!(container.element != Value::ElementIterator(nullptr, nullptr))) {
        out.Put(']');
        open.pop_back();
        continue;
      }
      const Value element = *container.element;
      ++container.element;
      if (!first) out.Put(',');
      if (!put_scalar_or_open(element)) return false;
    }
  }
  return true;
}

// As WriteLexical.
void PutLexical(Value value, KeyOrder order, Output& out);

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_WRITE_H_
