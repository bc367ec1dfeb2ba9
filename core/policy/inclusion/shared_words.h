// What two entries of declared commands take the words of one argv for.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_SHARED_WORDS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_SHARED_WORDS_H_

#include <functional>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// A word that both read: what each judges it by, null where any is accepted.
using SharedWord = std::function<bool(const Schema* one, const Schema* other)>;

// Both entries take each word of every argv that both can read for the same sort, an operand or the
// value of the same option, and `holds` of what they judge it by. True where they can read no argv
// both. False where that is not certain.
[[nodiscard]] bool ForSharedWords(const CommandRule& one, const CommandRule& other,
                                  const SharedWord& holds);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_SHARED_WORDS_H_
