#include "core/policy/evaluate/arguments.h"

#include <algorithm>
#include <utility>

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxPointer = 128;

// A container that is open while the walk is inside it.
struct Frame {
  json::Value::MemberIterator members;
  json::Value::ElementIterator elements;
  std::uint32_t container;  // its item
  bool is_object;
  bool has_unfolded_key;
  KeyClasses classes;  // of the members so far whose value is not null
};

Frame Open(json::Value value, std::uint32_t container) noexcept {
  if (value.is_object()) {
    return {value.members().begin(), {nullptr, nullptr}, container, true, false, 0};
  }
  return {{nullptr, nullptr}, value.elements().begin(), container, false, false, 0};
}

bool IsFilledContainer(json::Value value) noexcept {
  return (value.is_object() || value.is_array()) && value.size() != 0;
}

}  // namespace

void AppendPointerStep(std::string& pointer, std::string_view key) {
  pointer += '/';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] != '~' && key[i] != '/') continue;
    pointer.append(key.substr(begin, i - begin)).append(key[i] == '~' ? "~0" : "~1");
    begin = i + 1;
  }
  pointer.append(key.substr(begin));
}

inline void Arguments::AppendMember(std::string_view key, json::Value value, std::uint32_t object) {
  std::string_view folded = key;
  if (!IsFolded(folded)) {
    char* const out = folded_keys_.Take(folded.size());
    folded = {out, FoldKeyTo(key, out)};
  }
  const KeyClasses classes = keys_ == KeyReading::kClassified ? ClassifyKey(key, folded) : 0;
  if (!value.is_null()) classes_ |= classes;
  items_.Append({value, key, folded, object, size() + 1, classes, true});
}

Arguments::Arguments(json::Value object, KeyReading keys) : keys_(keys) {
  AppendBelow(object, kNoItem);
}

Arguments::Arguments(std::string_view key, json::Value value) {
  AppendMember(key, value, kNoItem);
  if (IsFilledContainer(value)) AppendBelow(value, 0);
}

void Arguments::AppendBelow(json::Value container, std::uint32_t item) {
  const json::Value::MemberIterator no_member(nullptr, nullptr);
  const json::Value::ElementIterator no_element(nullptr, nullptr);
  base::SmallVector<Frame, 8> open;
  open.Append(Open(container, item));
  while (true) {
    Frame& frame = open.back();
    const bool at_end =
        frame.is_object ? !(frame.members != no_member) : !(frame.elements != no_element);
    if (at_end) {
      const std::uint32_t closed = frame.container;
      const std::uint32_t first = closed == kNoItem ? 0 : closed + 1;
      if (frame.has_unfolded_key && twin_ == kNoItem) FindTwins(closed, first);
      constexpr KeyClasses kSourceBesidePath = kSourceKey | kPathKey;
      if ((frame.classes & kSourceBesidePath) == kSourceBesidePath) JudgeSources(closed, first);
      open.pop_back();
      if (closed != kNoItem) items_[closed].end = size();
      if (open.empty()) return;
      continue;
    }

    const std::uint32_t index = size();
    if (frame.is_object) {
      const json::Member member = *frame.members;
      ++frame.members;
      AppendMember(member.key, member.value, frame.container);
      frame.has_unfolded_key =
          frame.has_unfolded_key || items_[index].folded.data() != member.key.data();
      if (!member.value.is_null()) frame.classes |= items_[index].classes;
    } else {
      const json::Value value = *frame.elements;
      ++frame.elements;
      const Item& list = items_[frame.container];
      items_.Append(
          {value, list.key, list.folded, frame.container, index + 1, list.classes, false});
    }
    const json::Value value = items_[index].value;
    if (IsFilledContainer(value)) open.Append(Open(value, index));
  }
}

// Parsed keys are unique, so two can only become equal where one of them changes by folding.
void Arguments::FindTwins(std::uint32_t object, std::uint32_t first) {
  const std::uint32_t end = size();
  base::SmallVector<std::uint32_t, 32> members;
  for (std::uint32_t i = first; i < end; i = items_[i].end) {
    if (items_[i].parent == object) members.Append(i);
  }
  std::sort(members.begin(), members.end(), [this](std::uint32_t a, std::uint32_t b) {
    return std::pair(items_[a].folded, a) < std::pair(items_[b].folded, b);
  });
  const auto* const same = std::adjacent_find(
      members.begin(), members.end(),
      [this](std::uint32_t a, std::uint32_t b) { return items_[a].folded == items_[b].folded; });
  if (same != members.end()) twin_ = same[1];
}

// The object holds another path key, so what stands under its source keys stands under path keys.
void Arguments::JudgeSources(std::uint32_t object, std::uint32_t first) {
  for (std::uint32_t i = first; i < size(); i = items_[i].end) {
    if (items_[i].parent != object || (items_[i].classes & kSourceKey) == 0) continue;
    items_[i].classes |= kPathKey;
    for (std::uint32_t below = i + 1; below < items_[i].end;) {
      if (items_[below].is_member) {
        below = items_[below].end;
      } else {
        items_[below++].classes |= kPathKey;
      }
    }
  }
}

std::string Arguments::PointerTo(std::uint32_t item) const {
  base::SmallVector<std::uint32_t, 32> steps;
  for (std::uint32_t i = item; i != kNoItem; i = items_[i].parent) steps.Append(i);
  std::string pointer;
  for (std::size_t n = steps.size(); n-- > 0 && pointer.size() <= kMaxPointer;) {
    const std::uint32_t i = steps[n];
    if (items_[i].is_member) {
      AppendPointerStep(pointer, items_[i].key.substr(0, kMaxPointer));
      continue;
    }
    std::uint32_t position = 0;
    for (std::uint32_t k = items_[i].parent + 1; k != i; k = items_[k].end) ++position;
    AppendPointerStep(pointer, std::to_string(position));
  }
  if (pointer.size() > kMaxPointer) {
    std::size_t size = kMaxPointer;
    while (size > 0 && (static_cast<unsigned char>(pointer[size]) & 0xC0) == 0x80) --size;
    pointer.resize(size);
  }
  return pointer;
}

}  // namespace callgate::policy
