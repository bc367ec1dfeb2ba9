// Whether a capability in the short form allows the commands that begin with some words.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_WORD_GAP_H_
#define CALLGATE_CORE_POLICY_INCLUSION_WORD_GAP_H_

#include <cstddef>
#include <optional>

#include "core/policy/inclusion/equivalence_classes.h"
#include "core/policy/model/constraint.h"

namespace callgate::policy {

// Which of the two lists of commands refuses `words`; nullopt where neither does.
// REQUIRES: outer.command_allowlist; at least one word.
std::optional<Constraint> FindWordGap(const Capability& outer, const Words& words);

// `outer`, where it has a path allowlist, passes the words behind the first `matched`.
bool DoWordsPass(const Capability& outer, const Words& words, std::size_t matched);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_WORD_GAP_H_
