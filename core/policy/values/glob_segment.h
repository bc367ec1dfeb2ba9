// What tools that expand paths would read in one: braces, bracket expressions and groups.
#ifndef CALLGATE_CORE_POLICY_VALUES_GLOB_SEGMENT_H_
#define CALLGATE_CORE_POLICY_VALUES_GLOB_SEGMENT_H_

#include <string_view>

namespace callgate::policy {

// The rule that denies `path` for what it expands to: braces around a comma or `..`, or a segment
// that could be read as `..`; empty where none does.
[[nodiscard]] std::string_view JudgeGlobs(std::string_view path) noexcept;

// Some bracket expression or group may stand in the path.
[[nodiscard]] bool MayHoldGlob(std::string_view path) noexcept;

// What a segment is compared with.
struct SegmentShape {
  std::string_view text;
  bool free_before = false;  // anything may stand before the text, or after it
  bool free_after = false;
  // Case does not count in ASCII, and `text` may be followed by dots and spaces, or by a colon and
  // anything. What is no ASCII in the segment stands for anything.
  bool is_name = false;
};

// `segment` could be read as what `shape` stands for: a bracket expression as any character that it
// may match, `?(`, `*(`, `+(`, `@(` and `!(` with what follows as anything.
[[nodiscard]] bool CouldBe(std::string_view segment, const SegmentShape& shape) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_GLOB_SEGMENT_H_
