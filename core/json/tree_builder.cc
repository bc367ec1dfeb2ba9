#include "core/json/tree_builder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "core/json/plain_text.h"

namespace callgate::json {
namespace {

// A member that is being sorted. The first bytes of the key, as a number, decide nearly always.
struct Sorted {
  std::uint64_t head = 0;
  std::uint32_t node = 0;
};

// Ordered as the keys are, as far as it tells them apart: missing bytes count as 0. REQUIRES: part
// of a Document's text, which is padded.
std::uint64_t HeadOf(std::string_view key) {
  std::uint64_t head;
  static_assert(sizeof head <= kTextPadding);
  std::memcpy(&head, key.data(), sizeof head);
  if constexpr (std::endian::native == std::endian::little) head = __builtin_bswap64(head);
  return key.size() >= sizeof head ? head : head & ~(~std::uint64_t{0} >> (8 * key.size()));
}

}  // namespace

// Where the last text that was seen begins: near enough to a bracket to find it.
std::size_t TreeBuilder::LastOffset() const {
  for (std::size_t i = count_; i-- > 0;) {
    if (nodes_[i].kind == Kind::kString || nodes_[i].kind == Kind::kNumber) return nodes_[i].text;
  }
  return 0;
}

// Puts the members in the order of their keys. Most writers emit them sorted or nearly so.
bool TreeBuilder::SortMembers(std::size_t object) {
  std::size_t at = object + 1;
  std::string_view key = KeyAt(at);
  while (nodes_[at].next != 0) {
    at += static_cast<std::size_t>(nodes_[at].next);
    const std::string_view next = KeyAt(at);
    if (!(key < next)) return RelinkSorted(object);
    key = next;
  }
  return true;
}

bool TreeBuilder::RelinkSorted(std::size_t object) {
  constexpr std::size_t kOnStack = 32;
  const std::size_t count = nodes_[object].length;
  Sorted small[kOnStack];
  std::vector<Sorted> large;
  Sorted* members = small;
  if (count > kOnStack) {
    large.resize(count);
    members = large.data();
  }
  std::size_t at = object + 1;
  for (std::size_t i = 0; i < count; ++i) {
    members[i] = {HeadOf(KeyAt(at)), static_cast<std::uint32_t>(at)};
    at += static_cast<std::size_t>(nodes_[at].next);
  }
  std::sort(members, members + count, [this](const Sorted& a, const Sorted& b) {
    if (a.head != b.head) return a.head < b.head;
    const int order = KeyAt(a.node).compare(KeyAt(b.node));
    return order != 0 ? order < 0 : a.node < b.node;
  });
  for (std::size_t i = 1; i < count; ++i) {
    if (members[i - 1].head == members[i].head &&
        KeyAt(members[i - 1].node) == KeyAt(members[i].node)) {
      return Fail(ErrorCode::kInvalidJson, "this object already has a member with this key",
                  nodes_[members[i].node].text);
    }
  }
  nodes_[object].text = members[0].node - static_cast<std::uint32_t>(object);
  for (std::size_t i = 0; i + 1 < count; ++i) {
    nodes_[members[i].node].next =
        static_cast<std::int32_t>(members[i + 1].node) - static_cast<std::int32_t>(members[i].node);
  }
  nodes_[members[count - 1].node].next = 0;
  return true;
}

}  // namespace callgate::json
