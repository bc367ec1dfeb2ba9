#include "core/audit/assignment.h"

#include <algorithm>
#include <string>

#include "core/audit/characters.h"
#include "core/audit/fold.h"
#include "core/audit/key_patterns.h"
#include "core/base/ascii.h"

namespace callgate::audit {
namespace {

// No name of a secret is longer, and how far is looked back is bounded.
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kMostSpaces = 8;

// What is named so is not the secret, but says something of it.
constexpr std::string_view kAboutSecrets[] = {"file", "path",   "stdin", "prompt",
                                              "name", "length", "url",   "policy",
                                              "type", "expiry", "field", "hint"};
// Parameters of signed URLs.
constexpr std::string_view kUrlSecrets[] = {"sig", "signature", "xamzsignature", "xgoogsignature"};
// Types, and words for no value, that documentation puts in the place of a value.
constexpr std::string_view kNoValues[] = {
    "string",    "str",      "text",     "null",    "nil",  "none",    "true",  "false",
    "undefined", "number",   "int",      "integer", "bool", "boolean", "bytes", "object",
    "any",       "required", "optional", "yes",     "no",   "include", "omit",  "same-origin"};

bool IsNameCharacter(char c) { return IsDashed(c) || c == '.'; }

bool IsSecretName(std::string_view name) {
  const std::string folded = FoldKey(name);
  if (folded.size() < 3 || !DefaultKeyPatterns().MatchFolded(folded)) return false;
  return std::ranges::none_of(kAboutSecrets,
                              [&](std::string_view end) { return folded.ends_with(end); });
}

// The value at the beginning of `text`, after spaces and a quote; empty where it is no value.
std::string_view ValueOf(std::string_view text) {
  text.remove_prefix(Run(text, kMostSpaces, [](char c) { return c == ' ' || c == '\t'; }));
  if (!text.empty() && text.front() == '\\') text.remove_prefix(1);
  if (!text.empty() && IsQuote(text.front())) text.remove_prefix(1);
  const std::size_t size = Run(text, 256, [](char c) {
    return !IsSpace(c) && !IsQuote(c) && c != '&' && c != ';' && c != ',' && c != ')';
  });
  std::string_view value = text.substr(0, size);
  while (!value.empty() && (value.back() == '.' || value.back() == '!' || value.back() == '?')) {
    value.remove_suffix(1);
  }
  if (value.empty() || value == "\\" || value == "{" || value == "[" || value == "|") return {};
  for (const std::string_view opening : {"${", "$(", "{{", "<", "***", "[redacted", "%(", "%s", "…",
                                         "process.env", "os.environ", "os.getenv", "env."}) {
    if (value.starts_with(opening)) return {};
  }
  const auto is_of_a_variable = [](char c) {
    return base::IsAsciiUpper(c) || base::IsAsciiDigit(c) || c == '_';
  };
  if (value.size() > 1 && value.front() == '$' &&
      std::ranges::all_of(value.substr(1), is_of_a_variable)) {
    return {};
  }
  const auto is_value = [&](std::string_view word) {
    return base::EqualsIgnoringCase(value, word);
  };
  return std::ranges::any_of(kNoValues, is_value) ? std::string_view() : value;
}

// The name that ends before `end`, with `at` on the character before it.
std::string_view NameBefore(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestName && IsNameCharacter(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

}  // namespace

bool BeginsWithValue(std::string_view text) { return !ValueOf(text).empty(); }

bool AssignsSecret(std::string_view text, std::size_t at) {
  const auto next = at + 1 < text.size() ? text[at + 1] : '\0';
  // ==, :=, :: compare, declare and qualify.
  if (next == '=' || next == ':') return false;
  std::size_t end = at;
  while (end > 0 && at - end < kMostSpaces && text[end - 1] == ' ') --end;
  if (end > 0 && text[end - 1] == ']') --end;
  if (end > 0 && IsQuote(text[end - 1])) --end;
  if (end > 0 && text[end - 1] == '\\') --end;
  const std::string_view name = NameBefore(text, end);
  if (name.size() < 3) return false;
  const std::string_view value = ValueOf(text.substr(at + 1));
  if (value.empty()) return false;
  if (text[at] == '=' && end > name.size()) {
    const char before = text[end - name.size() - 1];
    const std::string folded = FoldKey(name);
    if ((before == '?' || before == '&') && value.size() >= 8 &&
        std::ranges::find(kUrlSecrets, folded) != std::end(kUrlSecrets)) {
      return true;
    }
  }
  // How many tokens, or which one.
  const std::string_view end_of_name =
      name.substr(name.size() - std::min<std::size_t>(5, name.size()));
  if (base::EqualsIgnoringCase(end_of_name, "token") &&
      std::ranges::all_of(value, base::IsAsciiDigit)) {
    return false;
  }
  return IsSecretName(name);
}

bool IsSecretFlag(std::string_view text, std::size_t at) {
  const std::string_view name = text.substr(at, Run(text.substr(at), kLongestName, IsDashed));
  const std::string_view rest = text.substr(at + name.size());
  if (rest.empty() || rest.front() != ' ' || rest.starts_with(" -")) return false;
  return BeginsWithValue(rest) && IsSecretName(name);
}

}  // namespace callgate::audit
