// What the name of a tool, or of an argument, says of it.
#ifndef CALLGATE_CORE_POLICY_LINT_TOOL_WORDS_H_
#define CALLGATE_CORE_POLICY_LINT_TOOL_WORDS_H_

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "core/base/ascii.h"

namespace callgate::policy {

// Some word of the name is one of `words`, which are lower-case. Names are cut at what is no letter
// and before capitals: `filesystem.searchFiles` is filesystem, search, files.
inline bool HasWord(std::string_view tool, std::span<const std::string_view> words) {
  std::string word;
  const auto is_one = [&] { return std::ranges::find(words, word) != words.end(); };
  for (const char c : tool) {
    if (!base::IsAsciiLetter(c) || base::IsAsciiUpper(c)) {
      if (is_one()) return true;
      word.clear();
    }
    if (base::IsAsciiLetter(c)) word += base::ToAsciiLower(c);
  }
  return is_one();
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
