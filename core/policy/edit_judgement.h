// What one edit of a policy does in one direction: what it lets one side allow beyond the other.
#ifndef CALLGATE_CORE_POLICY_EDIT_JUDGEMENT_H_
#define CALLGATE_CORE_POLICY_EDIT_JUDGEMENT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "callgate/policy.h"
#include "core/policy/beyond.h"
#include "core/policy/edit_variants.h"

namespace callgate::policy {

// One version.
struct DiffSide {
  explicit DiffSide(const Context& whole);

  const Context& context;
  const ContextReach reach;
  const Result<json::Document> document;
  std::vector<std::string> capabilities;  // in canonical form, definitions in their places
  std::vector<std::string> entries;       // of the deny list
};

// What one side allows beyond the other.
struct DiffDirection {
  Beyond& beyond;
  const DiffSide& outer;
  const DiffSide& own;
  PolicyChange::Effect effect;  // kAllowed, kDenied
};

// What an edit does in one direction.
struct EditOutcome {
  bool counts = false;             // `own` may allow by it what `outer` does not
  bool is_limit = false;           // which no one call shows
  std::optional<Witness> witness;  // that it alone decides
  bool is_denied = false;          // `own` lacks an entry of `except` that its deny list repeats
  bool is_certain() const noexcept { return is_limit || witness.has_value(); }
};

// Of an edit of a capability that `outer` and `own` both have.
EditOutcome JudgeEdit(const Edit& edit, const DiffDirection& way, const EditPlace& outer,
                      const EditPlace& own);

// Such edits of one capability, which are those that `is_denied` says, account for it where it is
// within that of `outer` but for them.
void ExplainDenied(const std::vector<const Edit*>& edits, const DiffDirection& way,
                   std::size_t outer, std::size_t own);

// A witness is a call that the capability of `own` decides alone: without it `own` denies it, or
// with it `outer` would not. `way` outlives what is returned.
IsWitness OfCapability(const DiffDirection& way, std::size_t capability);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EDIT_JUDGEMENT_H_
