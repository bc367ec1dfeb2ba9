// Where a part of a context stands in its document.
#ifndef CALLGATE_CORE_POLICY_MODEL_SOURCE_POSITION_H_
#define CALLGATE_CORE_POLICY_MODEL_SOURCE_POSITION_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace callgate::policy {

struct SourcePosition {
  std::string file;
  std::uint32_t line = 0;  // from 1
  std::uint32_t column = 0;
};

// "file:line:column"; without a file, the text is called "policy".
std::string Where(std::string_view file, std::uint32_t line, std::uint32_t column);
inline std::string Where(const SourcePosition& at) { return Where(at.file, at.line, at.column); }

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_SOURCE_POSITION_H_
