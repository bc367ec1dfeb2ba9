// What a call may be given so that one side takes it and the other does not: the classes on which a
// capability and another, or a deny entry, could differ.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_PIECES_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_PIECES_H_

#include <vector>

#include "core/policy/counterexample/candidate_calls.h"

namespace callgate::policy {

// Added to a call of `inner`, each could make `outer` refuse it.
std::vector<Fragment> PiecesBetween(const Reached& inner, const Reached& outer, ConstraintSet gaps);
// Added to a call of `inner`, each could make a deny entry of `parent` fire, and none of `child`.
std::vector<Fragment> PiecesFiring(const DenyEntry& entry, const Reached& inner,
                                   const ContextReach& parent, const ContextReach& child);
// Further ways to give `inner` what it needs that other capabilities, `outer`, or the deny entry,
// may take for something else.
FurtherPieces PiecesInstead(const Reached& inner, const CommandClass& command,
                            const std::vector<Reached>& outer, const DenyEntry* entry);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_WITNESS_PIECES_H_
