// Unicode: the normal form NFC of text, and text with case and invisible characters folded away.
#ifndef CALLGATE_CORE_POLICY_VALUES_NORMAL_FORM_H_
#define CALLGATE_CORE_POLICY_VALUES_NORMAL_FORM_H_

#include <optional>
#include <string_view>

#include "core/policy/values/path.h"

namespace callgate::policy {

[[nodiscard]] bool IsAscii(std::string_view text) noexcept;

// The NFC of a path, in `buffer`; nullopt where it is the path itself, as it is of all ASCII.
std::optional<std::string_view> ComposedForm(std::string_view path, PathBuffer& buffer);

// The first rule that `judge` returns for a normal path as written and, where that differs, in NFC.
template <typename Judge>  // std::string_view(NormalPath form)
std::string_view JudgeForms(NormalPath path, Judge judge) {
  const std::string_view rule = judge(path);
  if (!rule.empty() || path.is_plain) return rule;
  PathBuffer buffer;
  const auto composed = ComposedForm(path.text, buffer);
  return composed ? judge(NormalPath{*composed}) : std::string_view();
}

// Room for a file name, which is at most 255 bytes, folded.
using FoldBuffer = base::SmallVector<char, 1024>;

// Appends `text` without default-ignorable code points, in full case folding, in NFC. What is
// canonically equivalent gives the same, and so does what this gives. No heap up to 255 bytes.
void AppendFolded(std::string_view text, FoldBuffer& out);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_NORMAL_FORM_H_
