// The directories of a call that relative paths are joined to.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_BASES_H_
#define CALLGATE_CORE_POLICY_EVALUATE_BASES_H_

#include <string_view>

#include "core/base/small_vector.h"
#include "core/base/text_arena.h"
#include "core/policy/evaluate/arguments.h"
#include "core/policy/model/schema.h"
#include "core/policy/values/path.h"

namespace callgate::policy {

// A longer directory is none, so that joining many paths to it stays linear.
inline constexpr std::size_t kMaxBaseBytes = 4096;

// Looks each argument up once. For one call, in one thread.
class Bases {
 public:
  // REQUIRES: `arguments` outlives this, and so do the kinds that are asked for.
  explicit Bases(const Arguments& arguments) noexcept : arguments_(arguments) {}

  // Empty where the kind has no base, or its argument holds none.
  [[nodiscard]] NormalPath Of(const PathKind& kind);

 private:
  struct Known {
    std::string_view argument;
    NormalPath directory;
  };
  NormalPath Find(std::string_view argument);

  const Arguments& arguments_;
  base::SmallVector<Known, 4> known_;
  base::TextArena normal_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_BASES_H_
