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
constexpr std::size_t kLongestValue = 256;

// What is named so is not the secret, but says something of it.
constexpr std::string_view kAboutSecrets[] = {"file", "path",   "stdin", "prompt",
                                              "name", "length", "url",   "policy",
                                              "type", "expiry", "field", "hint"};
// Parameters of signed URLs.
constexpr std::string_view kUrlSecrets[] = {"sig", "signature", "xamzsignature", "xgoogsignature"};
// Types, words for no value, that documentation puts in the place of a value, and what is said of
// one.
constexpr std::string_view kNoValues[] = {
    "string",    "str",      "text",      "null",    "nil",   "none",    "true",  "false",
    "undefined", "number",   "int",       "integer", "bool",  "boolean", "bytes", "object",
    "any",       "required", "optional",  "yes",     "no",    "include", "omit",  "same-origin",
    "missing",   "invalid",  "incorrect", "expired", "wrong", "await"};

bool IsNameCharacter(char c) { return IsDashed(c) || c == '.'; }

bool IsSecretName(std::string_view name) {
  const std::string folded = FoldKey(name);
  if (folded.size() < 3 || !DefaultKeyPatterns().MatchFolded(folded)) return false;
  // "auth: basic" says how.
  if (folded == "auth") return false;
  return std::ranges::none_of(kAboutSecrets,
                              [&](std::string_view end) { return folded.ends_with(end); });
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// The value at the beginning of the next line, or of one after blank lines: a word that stands
// there alone and has a digit. Other lines are the text that goes on.
std::string_view ValueOnNextLine(std::string_view text) {
  text.remove_prefix(Run(text, kLongestName, IsSpace));
  std::string_view word =
      text.substr(0, Run(text, kLongestValue, [](char c) { return !IsSpace(c); }));
  text.remove_prefix(word.size());
  text.remove_prefix(Run(text, kMostSpaces, IsBlank));
  const bool is_alone = text.empty() || IsSpace(text.front());
  return is_alone && !word.ends_with(':') && std::ranges::any_of(word, base::IsAsciiDigit)
             ? word
             : std::string_view();
}

// Whether `value`, before `rest`, is where a program calls a function: "getpass(" before ")".
bool IsCall(std::string_view value, std::string_view rest) {
  const std::size_t name =
      Run(value, value.size(), [](char c) { return IsAlnum(c) || c == '_' || c == '.'; });
  return name > 0 && name < value.size() && !base::IsAsciiDigit(value.front()) &&
         value[name] == '(' && !rest.empty() && (rest.front() == ')' || IsQuote(rest.front()));
}

// The value at the beginning of `text`, after spaces and a quote; empty where it is no value.
std::string_view ValueOf(std::string_view text) {
  text.remove_prefix(Run(text, kMostSpaces, IsBlank));
  if (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text = ValueOnNextLine(text);
  if (!text.empty() && text.front() == '\\') text.remove_prefix(1);
  if (!text.empty() && IsQuote(text.front())) text.remove_prefix(1);
  const std::size_t size = Run(text, kLongestValue, [](char c) {
    return !IsSpace(c) && !IsQuote(c) && c != '&' && c != ';' && c != ',' && c != ')';
  });
  std::string_view value = text.substr(0, size);
  if (IsCall(value, text.substr(size))) return {};
  while (!value.empty() && (value.back() == '.' || value.back() == '!' || value.back() == '?')) {
    value.remove_suffix(1);
  }
  // Signs alone are a place for a value, or the next thing of a program.
  const auto is_of_word = [](char c) {
    return IsAlnum(c) || static_cast<unsigned char>(c) >= 0x80;
  };
  if (std::ranges::none_of(value, is_of_word)) return {};
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

// What a generator of keys makes, and no word.
bool IsRandom(std::string_view value) {
  return value.size() >= 16 && std::ranges::any_of(value, base::IsAsciiDigit);
}

// PWD=/home/anna
bool IsWorkingFolder(std::string_view name, std::string_view value) {
  return name.size() >= 3 && (value.front() == '/' || value.front() == '~') &&
         base::EqualsIgnoringCase(name.substr(name.size() - 3), "pwd");
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
  while (end > 0 && at - end < kMostSpaces && IsBlank(text[end - 1])) --end;
  if (end > 0 && text[end - 1] == ']') --end;
  if (end > 0 && IsQuote(text[end - 1])) --end;
  if (end > 0 && text[end - 1] == '\\') --end;
  const std::string_view name = NameBefore(text, end);
  if (name.size() < 3) return false;
  const bool is_arrow = text[at] == '=' && next == '>';
  const std::string_view value = ValueOf(text.substr(at + (is_arrow ? 2 : 1)));
  if (value.empty()) return false;
  if (text[at] == '=' && end > name.size()) {
    const char before = text[end - name.size() - 1];
    const std::string folded = FoldKey(name);
    if ((before == '?' || before == '&') && value.size() >= 8 &&
        (std::ranges::find(kUrlSecrets, folded) != std::end(kUrlSecrets) ||
         (folded == "key" && IsRandom(value)))) {
      return true;
    }
  }
  if (IsWorkingFolder(name, value)) return false;
  // How many tokens, or which one.
  const std::string_view end_of_name =
      name.substr(name.size() - std::min<std::size_t>(5, name.size()));
  if (base::EqualsIgnoringCase(end_of_name, "token") &&
      std::ranges::all_of(value, base::IsAsciiDigit)) {
    return false;
  }
  return IsSecretName(name);
}

bool IsSecretElement(std::string_view text, std::size_t at) {
  const std::string_view name = NameBefore(text, at);
  if (name.size() < 3 || name.size() == at || text[at - name.size() - 1] != '<') return false;
  const std::string_view rest = text.substr(at + 1);
  const std::string_view value =
      rest.substr(0, Run(rest, kLongestValue, [](char c) { return c != '<'; }));
  return rest.substr(value.size()).starts_with("</") && BeginsWithValue(value) &&
         IsSecretName(name);
}

bool IsSecretFlag(std::string_view text, std::size_t at) {
  const std::string_view name = text.substr(at, Run(text.substr(at), kLongestName, IsDashed));
  const std::string_view rest = text.substr(at + name.size());
  if (rest.empty() || rest.front() != ' ' || rest.starts_with(" -")) return false;
  return BeginsWithValue(rest) && IsSecretName(name);
}

}  // namespace callgate::audit
