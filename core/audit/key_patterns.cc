#include "core/audit/key_patterns.h"

#include <algorithm>

#include "callgate/audit.h"
#include "core/audit/fold.h"
#include "core/base/ascii.h"

namespace callgate {
namespace audit {
namespace {

bool HoldsWildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

std::size_t NextCharacter(std::string_view text, std::size_t at) noexcept {
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

// Whether `c` is in the set that begins at pattern[at], a bracket; moves `at` behind the set. A
// bracket that nothing closes stands for itself.
bool IsInSet(char c, std::string_view pattern, std::size_t& at) noexcept {
  std::size_t i = at + 1;
  const bool is_negated = i < pattern.size() && pattern[i] == '!';
  if (is_negated) ++i;
  const std::size_t close = pattern.find(']', i + 1);
  if (close == std::string_view::npos) {
    ++at;
    return c == '[';
  }
  bool is_in = false;
  for (; i < close; ++i) {
    if (i + 2 < close && pattern[i + 1] == '-') {
      is_in |= pattern[i] <= c && c <= pattern[i + 2];
      i += 2;
    } else {
      is_in |= pattern[i] == c;
    }
  }
  at = close + 1;
  return is_in != is_negated;
}

unsigned char Byte(char c) noexcept { return static_cast<unsigned char>(c); }

}  // namespace

bool MatchesGlob(std::string_view text, std::string_view pattern) noexcept {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t at = 0, in_pattern = 0;
  std::size_t star = kNone, star_at = 0;  // where to go on when the last star takes one more
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = ++in_pattern;
      star_at = at;
      continue;
    }
    bool matches = false;
    std::size_t next = in_pattern + 1;
    if (in_pattern < pattern.size()) {
      const char c = pattern[in_pattern];
      next = in_pattern;
      matches = c == '[' ? IsInSet(text[at], pattern, next) : c == '?' || c == text[at];
      if (c != '[') ++next;
      if (matches) at = c == '?' ? NextCharacter(text, at) : at + 1;
    }
    if (matches) {
      in_pattern = next;
    } else if (star != kNone) {
      at = ++star_at;
      in_pattern = star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == kNone;
}

KeyPatterns::KeyPatterns(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with('!')) {
      excepted_.push_back(FoldKey(pattern.substr(1)));
      continue;
    }
    // A hyphen in a set is no separator.
    const bool has_set = pattern.find('[') != std::string::npos;
    std::string folded = has_set ? pattern : FoldKey(pattern);
    if (has_set) std::ranges::transform(folded, folded.begin(), base::ToAsciiLower);
    std::string_view word = folded;
    const bool opens = word.starts_with('*');
    if (opens) word.remove_prefix(1);
    const bool closes = word.ends_with('*');
    if (closes) word.remove_suffix(1);
    if (HoldsWildcard(word)) {
      others_.push_back(std::move(folded));
    } else {
      const bool is_part = opens && closes && !word.empty();
      (is_part ? parts_ : opens ? ends_ : closes ? beginnings_ : names_).emplace_back(word);
    }
  }
  std::ranges::sort(names_);
  for (const std::string& part : parts_) {
    second_bytes_[Byte(part[0])] |=
        part.size() == 1 ? ~std::uint64_t{0} : std::uint64_t{1} << (Byte(part[1]) & 63U);
  }
}

bool KeyPatterns::HoldsPart(std::string_view key) const noexcept {
  for (std::size_t at = 0; at < key.size(); ++at) {
    const unsigned char second = at + 1 < key.size() ? Byte(key[at + 1]) : 0;
    if ((second_bytes_[Byte(key[at])] >> (second & 63U) & 1U) == 0) continue;
    const std::string_view rest = key.substr(at);
    if (std::ranges::any_of(parts_, [&](const auto& part) { return rest.starts_with(part); })) {
      return true;
    }
  }
  return false;
}

bool KeyPatterns::MatchFolded(std::string_view key) const noexcept {
  const auto any = [](const std::vector<std::string>& patterns, auto matches) {
    return std::ranges::any_of(patterns, [&](const std::string& one) { return matches(one); });
  };
  const auto is_like = [&](const auto& pattern) { return MatchesGlob(key, pattern); };
  if (std::ranges::binary_search(names_, key, {},
                                 [](const std::string& name) { return std::string_view(name); })) {
    return true;
  }
  return (HoldsPart(key) || any(ends_, [&](const auto& end) { return key.ends_with(end); }) ||
          any(beginnings_, [&](const auto& begin) { return key.starts_with(begin); }) ||
          any(others_, is_like)) &&
         !any(excepted_, is_like);
}

bool KeyPatterns::Match(std::string_view key) const { return MatchFolded(FoldKey(key)); }

const KeyPatterns& DefaultKeyPatterns() {
  static const KeyPatterns kPatterns(Redaction::DefaultKeys());
  return kPatterns;
}

}  // namespace audit

// Over folded keys. A plain "tokens" is how many there are, so these have to say of what kind.
// No secrets are pages of a list, signs of a language model, and what only speaks of secrets.
const std::vector<std::string>& Redaction::DefaultKeys() {
  static const std::vector<std::string> kKeys = {
      "*password*",     "*passwd*",        "*passphrase*",    "*pw",          "*passcode*",
      "*pwd",           "*secret*",        "*token",          "*token[0-9]",  "*tokenvalue",
      "*accesstokens",  "*refreshtokens",  "*authtokens",     "*apitokens",   "*bearertokens",
      "*sessiontokens", "*securitytokens", "*idtokens",       "*usertokens",  "*oauthtokens",
      "*devicetokens",  "*apikey*",        "*credential*",    "*privatekey*", "*accesskey*",
      "*signingkey*",   "*encryptionkey*", "*decryptionkey*", "*masterkey*",  "*sharedkey*",
      "*accountkey*",   "*sessionkey*",    "*authkey*",       "*hmackey*",    "*authorization*",
      "*authheader*",   "*basicauth",      "*bearer",         "*cookie*",     "*sessid",
      "pass",           "*dbpass",         "*userpass",       "*smtppass",    "*adminpass",
      "*rootpass",      "*proxypass",      "*keypass",        "*storepass",   "*jwt",
      "*jwts",          "*otpcode",        "*totp",           "auth",         "*sshkey*",
      "!*pagetoken",    "!*nexttoken",     "!*padtoken",      "!*bostoken",   "!*eostoken",
      "!*unktoken",     "!*septoken",      "!*clstoken",      "!*masktoken",  "!*stoptoken",
      "!*secretary",    "!*secretaries",   "!*policy",        "!*consent",
  };
  return kKeys;
}

}  // namespace callgate
