// Tool names and the patterns that capabilities and deny lists name them by.
#ifndef CALLGATE_CORE_POLICY_MODEL_TOOL_PATTERN_H_
#define CALLGATE_CORE_POLICY_MODEL_TOOL_PATTERN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callgate::policy {

// True for ^[A-Za-z0-9_.:/-]{1,128}$.
[[nodiscard]] bool IsToolName(std::string_view text) noexcept;

// Exact ("fs.read"), prefix ("fs.*", "github_list_*") or any ("*").
struct ToolPattern {
  enum class Kind : std::uint8_t { kExact, kPrefix, kAny };

  // Nullopt for what is no pattern.
  static std::optional<ToolPattern> Parse(std::string_view text);

  // REQUIRES: IsToolName(tool).
  [[nodiscard]] bool Matches(std::string_view tool) const noexcept;
  // Exact: the name. Prefix: what longer names begin with. Any: empty.
  std::string_view stem() const noexcept;

  Kind kind = Kind::kExact;
  std::string text;  // as written
};

// The patterns of one capability, which is on every tool that one of them matches.
struct ToolPatterns {
  // REQUIRES: `patterns` is not empty and holds none twice.
  static ToolPatterns Of(std::vector<ToolPattern> patterns);

  std::vector<ToolPattern> list;  // sorted by their texts
  // The texts, joined by a space, which no pattern holds. The same for the same patterns in
  // whatever order, it names the capability in rates, decisions and differences.
  std::string text;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_TOOL_PATTERN_H_
