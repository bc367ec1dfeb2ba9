// The paths of a call: how its arguments read as such, and what relative ones are joined to.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_CALL_PATHS_H_
#define CALLGATE_CORE_POLICY_EVALUATE_CALL_PATHS_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/small_vector.h"
#include "core/base/text_arena.h"
#include "core/policy/evaluate/arguments.h"
#include "core/policy/model/schema.h"
#include "core/policy/values/path.h"

namespace callgate::policy {

// A longer directory is none, so that joining many paths to it stays linear.
inline constexpr std::size_t kMaxBaseBytes = 4096;

// Remembers what it read, since a deny list and capabilities ask for the same. For one call, in one
// thread.
class CallPaths {
 public:
  // REQUIRES: `arguments` outlives this, and so do the kinds that are asked for.
  explicit CallPaths(const Arguments& arguments) noexcept : arguments_(arguments) {}

  // JudgePath of an item. REQUIRES: it is a string.
  [[nodiscard]] PathJudgement Judge(std::uint32_t item);
  // Empty where the kind has no base, or its argument holds none.
  [[nodiscard]] NormalPath BaseOf(const PathKind& kind);

 private:
  struct Judged {
    std::uint32_t item = kNoItem;
    PathJudgement judgement;
  };
  struct Known {
    std::string_view argument;
    NormalPath directory;
  };
  NormalPath Find(std::string_view argument);

  const Arguments& arguments_;
  std::array<Judged, 2> judged_;  // the last item of each remainder
  base::SmallVector<Known, 4> known_;
  base::TextArena normal_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_CALL_PATHS_H_
