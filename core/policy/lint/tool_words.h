// What the name of a tool, or of an argument, says of it.
#ifndef CALLGATE_CORE_POLICY_LINT_TOOL_WORDS_H_
#define CALLGATE_CORE_POLICY_LINT_TOOL_WORDS_H_

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ascii.h"
#include "core/policy/model/tool_pattern.h"

namespace callgate::policy {

// In lower case. Names are cut at what is no letter and before capitals: `filesystem.searchFiles`
// is filesystem, search, files.
inline std::vector<std::string> WordsOf(std::string_view tool) {
  std::vector<std::string> words;
  bool begins = true;
  for (const char c : tool) {
    begins = begins || base::IsAsciiUpper(c) || !base::IsAsciiLetter(c);
    if (!base::IsAsciiLetter(c)) continue;
    if (begins) words.emplace_back();
    words.back() += base::ToAsciiLower(c);
    begins = false;
  }
  return words;
}

// Some word of the name is one of `words`, which are lower-case.
inline bool HasWord(std::string_view tool, std::span<const std::string_view> words) {
  return std::ranges::any_of(WordsOf(tool), [&](const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  });
}

// One of the patterns is `*`.
inline bool HoldsStar(const ToolPatterns& patterns) {
  return std::ranges::any_of(patterns.list, [](const ToolPattern& pattern) {
    return pattern.kind == ToolPattern::Kind::kAny;
  });
}

// The letters of a name, in lower case: repo_path and repoPath are one.
inline std::string LettersOf(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (base::IsAsciiLetter(c)) letters += base::ToAsciiLower(c);
  }
  return letters;
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_TOOL_WORDS_H_
