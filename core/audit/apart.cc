#include "core/audit/apart.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/audit/bounded_json.h"
#include "core/audit/characters.h"
#include "core/audit/secret_text.h"
#include "core/base/ascii.h"

namespace callgate::audit {
namespace {

constexpr std::string_view kNames[] = {"name",  "key",   "k",         "header",
                                       "field", "param", "parameter", "variable"};
constexpr std::string_view kValues[] = {"value", "values", "val", "v"};
constexpr std::string_view kKeyParts[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
constexpr std::string_view kKeyType = "kty";
constexpr std::string_view kTokens = "tokens";
constexpr std::size_t kLongestName = 256;
// Of a command line, what is read of the program, from its end, and of what follows it.
constexpr std::size_t kLongestProgram = 16;
constexpr std::size_t kLongestWord = 64;

template <std::size_t N>
bool IsOneOf(const std::string_view (&words)[N], std::string_view key) {
  return std::ranges::any_of(
      words, [key](std::string_view word) { return base::EqualsIgnoringCase(key, word); });
}

bool IsSecretName(json::Value value, const KeyPatterns& keys) {
  return value.is_string() && value.string().size() <= kLongestName && keys.Match(value.string());
}

// What a generator of tokens makes, and no word of a text that was split into its tokens.
bool IsToken(json::Value value) {
  if (!value.is_string()) return false;
  const std::string_view text = value.string();
  return text.size() >= 16 && std::ranges::any_of(text, base::IsAsciiDigit) &&
         std::ranges::none_of(text, IsSpace);
}

bool HoldsToken(json::Value list) {
  for (const json::Value element : list.elements()) {
    if (IsToken(element)) return true;
  }
  return false;
}

}  // namespace

Companions::Companions(json::Value object, const KeyPatterns& keys) {
  std::optional<json::Value> name;
  bool has_value = false;
  for (const json::Member member : object.members()) {
    if (!name && member.value.is_string() && IsOneOf(kNames, member.key)) name = member.value;
    has_value = has_value || IsOneOf(kValues, member.key);
    is_of_a_key_ = is_of_a_key_ || (member.key == kKeyType && member.value.is_string());
  }
  names_a_secret_ = has_value && name && IsSecretName(*name, keys);
}

bool Companions::Hides(const json::Member& member) const {
  return (names_a_secret_ && IsOneOf(kValues, member.key)) ||
         (is_of_a_key_ && IsOneOf(kKeyParts, member.key)) ||
         (member.value.is_array() && base::EqualsIgnoringCase(member.key, kTokens) &&
          HoldsToken(member.value));
}

bool IsNamedPair(json::Value row, const KeyPatterns& keys) {
  return row.is_array() && row.size() == 2 && IsSecretName(*row.elements().begin(), keys);
}

std::vector<std::size_t> SecretsOfCommand(json::Value list) {
  std::vector<std::size_t> secrets;
  std::size_t at = 0;
  std::string_view program, flag;
  const auto is_secret = [&program](std::string_view before, std::string_view word) {
    std::string command(program);
    for (const std::string_view next : {before, word}) {
      if (!next.empty()) (command += ' ') += next;
    }
    return ShowsSecret(command);
  };
  for (const json::Value element : list.elements()) {
    if (at == kMaxItems) break;
    const std::string_view text = element.is_string() ? element.string() : std::string_view();
    const std::string_view word = text.substr(0, kLongestWord);
    if (at == 0) {
      program = text.substr(text.size() - std::min(text.size(), kLongestProgram));
    } else if ((word.starts_with('-') && is_secret({}, word)) ||
               (!flag.empty() && is_secret(flag, word))) {
      secrets.push_back(at++);
      flag = {};
      continue;
    }
    flag = word.starts_with('-') ? word : std::string_view();
    ++at;
  }
  return secrets;
}

bool MayHaveCompanions(std::string_view key) noexcept {
  return key.size() <= kTokens.size() &&
         (key == kKeyType || IsOneOf(kValues, key) || base::EqualsIgnoringCase(key, kTokens));
}

bool HoldsSecretApart(json::Value root, const KeyPatterns& keys) {
  std::vector<json::Value> pending = {root};
  while (!pending.empty()) {
    const json::Value next = pending.back();
    pending.pop_back();
    if (next.is_array()) {
      if (!SecretsOfCommand(next).empty()) return true;
      for (const json::Value element : next.elements()) {
        if (IsNamedPair(element, keys)) return true;
        pending.push_back(element);
      }
    } else if (next.is_object()) {
      const Companions companions(next, keys);
      for (const json::Member member : next.members()) {
        if (companions.Hides(member)) return true;
        pending.push_back(member.value);
      }
    }
  }
  return false;
}

}  // namespace callgate::audit
