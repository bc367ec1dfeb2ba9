// Why a capability in the short form refuses a call, and what is malformed for a deny entry.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_SHORT_FORM_CAUSE_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_SHORT_FORM_CAUSE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/explain/listed.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// REQUIRES: `rule` refuses `item`; kNoItem: the arguments as a whole.
Cause CauseInShortForm(const Capability& capability, const Arguments& arguments, std::uint32_t item,
                       std::string_view rule);

// ": the path holds an escape of a URL at character 4 (%)": why a value that the entry takes for
// one of its kind is none. Empty where nothing more is to be said.
std::string Malformation(const DenyEntry& entry, json::Value value);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_SHORT_FORM_CAUSE_H_
