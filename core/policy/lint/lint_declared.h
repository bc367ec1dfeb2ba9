// The warnings about declared arguments.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_DECLARED_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_DECLARED_H_

#include <cstddef>

#include "core/policy/lint/findings.h"
#include "core/policy/lint/tool_neighbours.h"
#include "core/policy/lint/written_files.h"

namespace callgate::policy {

// About the arguments of one capability, which declares them, by themselves.
void LintArguments(const Context& context, const Capability& capability, const Warn& warn);

// What a capability excepts and another of the context opens again, where no deny entry stops it.
void LintExcepts(const Context& context, const ToolNeighbours& neighbours, std::size_t capability,
                 const Warn& warn);

// What one tool that writes files excepts, and another that does so may write.
void LintExceptsOfWriters(const Context& context, const WrittenFiles& written,
                          std::size_t capability, const Warn& warn);

// A tool that one capability guesses about, and another declares.
void LintForms(const Context& context, const ToolNeighbours& neighbours, std::size_t capability,
               const Warn& warn);

// Of the definitions of the context.
void LintDefinitions(const Context& context, const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_DECLARED_H_
