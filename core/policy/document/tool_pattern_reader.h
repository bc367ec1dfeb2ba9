// Reads the tool patterns of capabilities and deny entries.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_TOOL_PATTERN_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_TOOL_PATTERN_READER_H_

#include <cstdint>
#include <optional>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/tool_pattern.h"

namespace callgate::policy {

// Nullopt, and false with a fault, where it is none.
bool ReadToolPattern(FormReader& forms, std::uint32_t node, std::optional<ToolPattern>& pattern);
// Says why a text is no tool pattern. False.
bool FailToolPattern(FormReader& forms, std::uint32_t node);
// Of a capability: one, or a list of them.
void ReadToolPatterns(FormReader& forms, std::uint32_t node, ToolPatterns& patterns);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_TOOL_PATTERN_READER_H_
