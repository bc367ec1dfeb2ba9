// Which of many tool patterns match a tool, at a cost that does not grow with those that do not.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_TOOL_INDEX_H_
#define CALLGATE_CORE_POLICY_EVALUATE_TOOL_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/small_vector.h"
#include "core/policy/model/tool_pattern.h"

namespace callgate::policy {

// Positions of capabilities or deny entries in their list, ascending and unique.
using Positions = base::SmallVector<std::uint32_t, 16>;

// A pattern, and the position of what it stands for; several patterns may share one.
struct PositionedPattern {
  const ToolPattern* pattern;
  std::uint32_t position;
};

class ToolIndex {
 public:
  // The patterns must stay where they are while the index lives. Positions are ascending.
  explicit ToolIndex(const std::vector<PositionedPattern>& patterns);

  // REQUIRES: IsToolName(tool); `out` is empty.
  void Find(std::string_view tool, Positions& out) const;

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // Open addressing over the stems of one kind of pattern.
  struct Slot {
    std::uint64_t hash = 0;
    std::string_view stem;
    std::uint32_t first = kNone;  // the first of the patterns with this stem
    std::uint32_t last = kNone;
  };
  // The patterns with one stem, as a chain.
  struct Link {
    std::uint32_t position;
    std::uint32_t next = kNone;
  };
  // A length that stems of prefixes have, and the character that all of these end in, if they do.
  struct Probe {
    std::size_t size = 0;
    char last = '\0';
  };
  using Table = std::vector<Slot>;

  void Insert(Table& table, std::string_view stem, std::uint32_t link);
  void AddProbe(std::string_view stem);
  void Append(const Table& table, std::string_view stem, Positions& out) const;

  Table exact_;
  Table prefix_;
  std::vector<Probe> probes_;  // ascending
  std::vector<std::uint32_t> any_;
  std::vector<Link> links_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_TOOL_INDEX_H_
