#include "core/audit/secret_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>

#include "callgate/crypto.h"
#include "callgate/json.h"
#include "core/audit/assignment.h"
#include "core/audit/characters.h"
#include "core/audit/command_password.h"
#include "core/audit/fold.h"
#include "core/audit/known_keys.h"
#include "core/base/ascii.h"
#include "core/base/hex.h"

namespace callgate::audit {
namespace {

constexpr std::size_t kShortest = 6;

// What the words that are no keys of services begin with: tokens, HTTP schemes, SQL.
constexpr std::string_view kWords[] = {"eyj", "bearer", "basic", "password", "identified"};

// "-----BEGIN", to which a multiple of three bytes has to be taken off.
constexpr std::string_view kPemInBase64 = "LS0tLS1CRUdJTi";

// For each first character of what is looked for, a bit for each second one (modulo 64). Nearly
// every word of a text ends here.
constexpr std::array<std::uint64_t, 256> kSecondCharacters = [] {
  std::array<std::uint64_t, 256> seconds{};
  const auto add = [&seconds](char first, char second) {
    seconds[static_cast<unsigned char>(first)] |= std::uint64_t{1}
                                                  << (static_cast<unsigned char>(second) & 63U);
  };
  for (const KnownKey& key : kKnownKeys) add(key.prefix[0], key.prefix[1]);
  for (const std::string_view word : kWords) {
    for (const char first : {word[0], base::ToAsciiUpper(word[0])}) {
      for (const char second : {word[1], base::ToAsciiUpper(word[1])}) add(first, second);
    }
  }
  add(kPemInBase64[0], kPemInBase64[1]);
  return seconds;
}();

// How the scan goes on at a character.
enum class At : std::uint8_t { kOther, kWord, kSign, kFoldedLetter };
constexpr std::array<At, 256> kAt = [] {
  std::array<At, 256> at{};
  for (unsigned c = 0; c < 128; ++c) {
    if (IsAlnum(static_cast<char>(c))) at[c] = At::kWord;
  }
  for (const unsigned char c : {':', '=', '-', '>'}) at[c] = At::kSign;
  for (const unsigned c : kFoldedBeginnings) at[c] = At::kFoldedLetter;
  return at;
}();

// Where the keys that begin with a character stand.
constexpr std::array<std::uint8_t, 256> kFirstKey = [] {
  std::array<std::uint8_t, 256> first{};
  for (std::size_t at = std::size(kKnownKeys); at-- > 0;) {
    first[static_cast<unsigned char>(kKnownKeys[at].prefix.front())] =
        static_cast<std::uint8_t>(at);
  }
  return first;
}();

bool IsOfBase64(char c) { return IsAlnum(c) || c == '+' || c == '/'; }

bool IsFollowed(std::string_view rest, const KnownKey& key) {
  const auto holds = [&](auto is) { return Run(rest, key.least, is) == key.least; };
  switch (key.follows) {
    case Follows::kHex:
      return holds([](char c) { return base::IsHexDigit(c); });
    case Follows::kCapitals:
      return holds([](char c) { return base::IsAsciiUpper(c) || base::IsAsciiDigit(c); });
    case Follows::kAlnum:
      return holds(IsAlnum);
    case Follows::kBase64:
      return holds(IsOfBase64);
    case Follows::kWord:
      return holds([](char c) { return IsAlnum(c) || c == '_'; });
    case Follows::kDashed:
      return holds(IsDashed);
    case Follows::kMixed: {
      const std::string_view run = rest.substr(0, Run(rest, 64, IsDashed));
      return run.size() >= key.least && std::ranges::any_of(run, base::IsAsciiDigit) &&
             std::ranges::any_of(run, base::IsAsciiUpper);
    }
  }
  return true;
}

// The keys are in the order of their first characters.
bool IsKnownKey(std::string_view rest) {
  for (std::size_t at = kFirstKey[static_cast<unsigned char>(rest.front())];
       at < std::size(kKnownKeys) && kKnownKeys[at].prefix.front() == rest.front(); ++at) {
    const KnownKey& key = kKnownKeys[at];
    if (rest.starts_with(key.prefix) && IsFollowed(rest.substr(key.prefix.size()), key)) {
      return true;
    }
  }
  return false;
}

// A compact JWS or JWE. REQUIRES: `rest` begins a run of its characters, so each is read once.
bool IsWebToken(std::string_view rest) {
  if (!base::StartsWithIgnoringCase(rest, "eyj")) return false;
  const std::size_t header = Run(rest, rest.size(), IsDashed);
  if (header < 11 || header == rest.size() || rest[header] != '.') return false;
  rest.remove_prefix(header + 1);
  const std::size_t second = Run(rest, rest.size(), IsDashed);
  // The claims of one that is cut off.
  if (second >= 8 && base::StartsWithIgnoringCase(rest, "eyj")) return true;
  if (second == rest.size() || rest[second] != '.') return false;
  return Run(rest.substr(second + 1), 8, IsDashed) == 8;
}

// user:password in base64, padded or not.
bool IsBasicCredential(std::string_view run) {
  while (run.ends_with('=')) run.remove_suffix(1);
  if (run.size() % 4 == 1) return false;
  std::string padded(run);
  padded.append((4 - run.size() % 4) % 4, '=');
  const auto decoded = Base64Decode(padded);
  return decoded && decoded->find(':') != std::string::npos && json::IsValidUtf8(*decoded) &&
         std::ranges::none_of(*decoded,
                              [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// Whether the first `size` characters of `text` are a word of a sentence: of lower case letters
// alone, before another word or where the sentence does not begin.
bool IsProse(std::string_view text, std::size_t size, bool is_within_sentence) {
  const std::string_view rest = text.substr(size);
  const bool goes_on = rest.size() > 1 && rest[0] == ' ' && base::IsAsciiLower(rest[1]);
  return (goes_on || is_within_sentence) &&
         std::ranges::all_of(text.substr(0, size), base::IsAsciiLower);
}

// The credential after the name of an HTTP scheme.
bool IsHttpCredential(std::string_view rest) {
  const bool is_bearer = base::StartsWithIgnoringCase(rest, "bearer");
  if (!is_bearer && !base::StartsWithIgnoringCase(rest, "basic")) return false;
  const bool is_lower = base::IsAsciiLower(rest.front());
  rest.remove_prefix(is_bearer ? 6 : 5);
  const std::size_t spaces = Run(rest, 64, IsSpace);
  if (spaces == 0) return false;
  rest.remove_prefix(spaces);
  const std::size_t size = Run(rest, 512, [](char c) {
    return IsDashed(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
  });
  if (size < 8) return false;
  return is_bearer ? !IsProse(rest, size, is_lower) : IsBasicCredential(rest.substr(0, size));
}

// SQL: PASSWORD 'x', IDENTIFIED BY 'x'.
bool IsSqlPassword(std::string_view rest) {
  for (const std::string_view words : {"password ", "identified by "}) {
    if (!base::StartsWithIgnoringCase(rest, words)) continue;
    const std::string_view value = rest.substr(words.size());
    return value.size() > 1 && IsQuote(value.front()) && BeginsWithValue(value);
  }
  return false;
}

bool IsPrivateKey(std::string_view rest) {
  constexpr std::string_view kBegin = "-----begin ";
  if (!base::StartsWithIgnoringCase(rest, kBegin)) return false;
  for (std::size_t at = kBegin.size(); at < rest.size() && at < kBegin.size() + 32; ++at) {
    if (base::StartsWithIgnoringCase(rest.substr(at), "private key")) return true;
    if (!IsAlnum(rest[at]) && rest[at] != ' ') return false;
  }
  return false;
}

// The user information of a URL, whose authority begins `rest`.
bool HasUrlPassword(std::string_view rest) {
  const std::size_t end = Run(rest, rest.size(), [](char c) {
    return !IsSpace(c) && !IsQuote(c) && c != '/' && c != '?' && c != '#' && c != '<' && c != '>' &&
           c != '\\';
  });
  const std::size_t at = rest.substr(0, end).rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view user = rest.substr(0, at);
  const std::size_t colon = user.find(':');
  if (colon == std::string_view::npos) {
    return user.size() >= 20 && std::ranges::any_of(user, base::IsAsciiDigit);
  }
  const std::string_view password = user.substr(colon + 1);
  return !password.empty() && BeginsWithValue(password);
}

// digits:35 characters
bool IsBotToken(std::string_view text, std::size_t colon) {
  std::size_t digits = 0;
  while (digits < colon && digits < 11 && base::IsAsciiDigit(text[colon - digits - 1])) ++digits;
  return digits >= 8 && digits <= 10 && Run(text.substr(colon + 1), 34, IsDashed) == 34;
}

// A private key in PEM, in base64 once more.
bool IsPemInBase64(std::string_view rest) {
  if (!rest.starts_with(kPemInBase64)) return false;
  std::size_t size = Run(rest, 64, IsOfBase64);
  size -= size % 4;
  if (size < 32) return false;
  const auto beginning = Base64Decode(rest.substr(0, size));
  return beginning && IsPrivateKey(*beginning);
}

// REQUIRES: a word begins at `at`.
bool BeginsSecretWord(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.size() > 1 && (kSecondCharacters[static_cast<unsigned char>(rest[0])] >>
                              (static_cast<unsigned char>(rest[1]) & 63U) &
                          1U) != 0) {
    if (IsKnownKey(rest) || IsHttpCredential(rest) || IsSqlPassword(rest) ||
        IsNetrcPassword(text, at) || IsPemInBase64(rest)) {
      return true;
    }
    if ((at == 0 || !IsDashed(text[at - 1])) && IsWebToken(rest)) return true;
  }
  return at >= 2 && text[at - 1] == '-' && text[at - 2] == '-' && IsSecretFlag(text, at);
}

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  bool FindsSecret() {
    for (std::size_t at = 0; at < text_.size(); ++at) {
      switch (kAt[static_cast<unsigned char>(text_[at])]) {
        case At::kOther:
          break;
        case At::kWord:
          if (BeginsSecretWord(text_, at)) return true;
          while (at + 1 < text_.size() &&
                 kAt[static_cast<unsigned char>(text_[at + 1])] == At::kWord) {
            ++at;
          }
          break;
        case At::kSign:
          if (IsSecretAtSign(at)) return true;
          break;
        case At::kFoldedLetter:
          has_folded_letter_ = true;
          break;
      }
    }
    return false;
  }
  bool has_folded_letter() const noexcept { return has_folded_letter_; }

 private:
  bool IsSecretAtSign(std::size_t at) {
    const char c = text_[at];
    if (c == '=') return AssignsSecret(text_, at);
    if (c == '>') return IsSecretElement(text_, at);
    if (c == '-') {
      return IsPrivateKey(text_.substr(at)) || IsPasswordFlag(text_, at) ||
             (IsUserFlag(text_, at) && IsBehindCurl(at));
    }
    if (text_.substr(at + 1).starts_with("//")) return HasUrlPassword(text_.substr(at + 3));
    return AssignsSecret(text_, at) || IsBotToken(text_, at);
  }

  // Other programs take a group after a colon.
  bool IsBehindCurl(std::size_t at) {
    if (!curl_) curl_ = text_.find("curl");
    return *curl_ < at;
  }

  std::string_view text_;
  bool has_folded_letter_ = false;
  std::optional<std::size_t> curl_;
};

}  // namespace

bool ShowsSecret(std::string_view text) {
  if (text.size() < kShortest) return false;
  Scan as_it_stands(text);
  if (as_it_stands.FindsSecret()) return true;
  if (!as_it_stands.has_folded_letter()) return false;
  const std::string folded = FoldText(text);
  return Scan(folded).FindsSecret();
}

}  // namespace callgate::audit
