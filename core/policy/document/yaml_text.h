// What the text of a YAML document shows that the events of its parser do not.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_YAML_TEXT_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_YAML_TEXT_H_

#include <cstddef>
#include <string_view>

namespace callgate::policy {

// True with the offset of the first character that no policy document may hold: what YAML 1.1,
// YAML 1.2 and editors do not all take for a character or all for a line break. These are controls,
// a carriage return without a line feed, the line breaks of Unicode, byte order marks and
// noncharacters. REQUIRES: valid UTF-8.
[[nodiscard]] bool FindUnprintable(std::string_view text, std::size_t& offset) noexcept;
// True with the offset of the first bracket that is nested deeper than kMaxDocumentDepth.
[[nodiscard]] bool FindTooDeep(std::string_view text, std::size_t& offset) noexcept;
// True with the offset of the first line that begins like a %TAG directive. Tags are refused, and
// libyaml compares each with all before it.
[[nodiscard]] bool FindTagDirective(std::string_view text, std::size_t& offset) noexcept;

// True for a scalar in double quotes that holds the escape \_ or \N.
[[nodiscard]] bool HasRefusedEscape(std::string_view quoted) noexcept;
// True for a scalar in quotes that has an empty line before the closing quote.
[[nodiscard]] bool EndsWithEmptyLine(std::string_view quoted) noexcept;
// True for a block scalar whose header says that all line breaks at its end are kept.
[[nodiscard]] bool KeepsEmptyLines(std::string_view block) noexcept;
// True when only blank lines are left from `offset` and the last of them has no line break.
[[nodiscard]] bool EndsWithinBlankLine(std::string_view text, std::size_t offset) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_YAML_TEXT_H_
