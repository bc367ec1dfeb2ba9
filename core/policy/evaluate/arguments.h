// The arguments of one call, walked once: every value with the key it stands under and the classes
// of that key, in one flat array that every constraint then reads.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_ARGUMENTS_H_
#define CALLGATE_CORE_POLICY_EVALUATE_ARGUMENTS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "callgate/json.h"
#include "core/base/small_vector.h"
#include "core/base/text_arena.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {

inline constexpr std::uint32_t kNoItem = 0xFFFFFFFF;

// A value below the arguments object, containers before what they hold.
struct Item {
  json::Value value;
  std::string_view key;     // of the nearest member around the value, as written
  std::string_view folded;  // the same, folded
  std::uint32_t parent;     // the container, or kNoItem: the arguments object itself
  std::uint32_t end;        // one past the last item below this one
  KeyClasses classes;       // of the key, by its name alone; none where keys are read plainly
  bool is_member;           // else an element of a list
};

// Appends "/" and the key with its escapes (RFC 6901).
void AppendPointerStep(std::string& pointer, std::string_view key);

// Whether the classes of keys are looked up: only guessing needs them.
enum class KeyReading : std::uint8_t { kClassified, kPlain };

class Arguments {
 public:
  // REQUIRES: object.is_object(), and its document outlives this.
  explicit Arguments(json::Value object, KeyReading keys = KeyReading::kClassified);
  // As if `value` stood alone under `key`: item 0, and what is below it.
  // REQUIRES: its document outlives this.
  Arguments(std::string_view key, json::Value value);

  const Item& operator[](std::uint32_t i) const noexcept { return items_[i]; }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(items_.size()); }
  // The second of two keys of one object that fold together; kNoItem without such.
  std::uint32_t twin() const noexcept { return twin_; }
  // The classes of all members whose value is not null.
  KeyClasses classes() const noexcept { return classes_; }
  // JSON pointer to an item, cut at 128 bytes and at a character.
  std::string PointerTo(std::uint32_t item) const;

 private:
  void AppendMember(std::string_view key, json::Value value, std::uint32_t object);
  void AppendBelow(json::Value container, std::uint32_t item);
  void FindTwins(std::uint32_t object, std::uint32_t first);
  void JudgeSources(std::uint32_t object, std::uint32_t first);

  base::SmallVector<Item, 24> items_;
  base::TextArena folded_keys_;
  std::uint32_t twin_ = kNoItem;
  KeyClasses classes_ = 0;
  KeyReading keys_ = KeyReading::kClassified;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_ARGUMENTS_H_
