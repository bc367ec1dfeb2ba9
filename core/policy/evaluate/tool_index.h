// Which of many tool patterns match a tool, at a cost that does not grow with those that do not.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_TOOL_INDEX_H_
#define CALLGATE_CORE_POLICY_EVALUATE_TOOL_INDEX_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/small_vector.h"
#include "core/policy/model/tool_pattern.h"

namespace callgate::policy {

// Positions in a list of patterns, ascending.
using Positions = base::SmallVector<std::uint32_t, 16>;

class ToolIndex {
 public:
  // `patterns` must stay where they are while the index lives.
  explicit ToolIndex(const std::vector<const ToolPattern*>& patterns);

  // REQUIRES: IsToolName(tool); `out` is empty.
  void Find(std::string_view tool, Positions& out) const;

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // Open addressing over the stems of one kind of pattern.
  struct Slot {
    std::uint64_t hash = 0;
    std::string_view stem;
    std::uint32_t first = kNone;  // position of the first pattern with this stem
    std::uint32_t last = kNone;
  };
  using Table = std::vector<Slot>;

  void Insert(Table& table, std::string_view stem, std::uint32_t position);
  void Append(const Table& table, std::string_view stem, Positions& out) const;

  Table exact_;
  Table prefix_;
  std::vector<std::uint32_t> any_;
  std::vector<std::uint32_t> next_;  // position of the next pattern with the same stem
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_TOOL_INDEX_H_
