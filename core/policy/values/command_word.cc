#include "core/policy/values/command_word.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kSeparators = " \t\n\v\f\r;&|<>()`";
constexpr std::string_view kQuotes = "'\"";

bool IsCut(char c) noexcept { return c == '=' || c == ':' || c == ',' || c == '@'; }
bool IsSlash(char c) noexcept { return c == '/' || c == '\\'; }

bool IsSchemeCharacter(char c) noexcept {
  return base::IsAsciiLetter(c) || base::IsAsciiDigit(c) || c == '+' || c == '-' || c == '.';
}

// Where the scheme begins that the colon at `colon` ends, at `from` or later; `colon` without one.
std::size_t SchemeBegin(std::string_view word, std::size_t from, std::size_t colon) noexcept {
  std::size_t begin = colon;
  while (begin > from && IsSchemeCharacter(word[begin - 1])) --begin;
  while (begin < colon && !base::IsAsciiLetter(word[begin])) ++begin;
  return begin;
}

// Clients take one slash, or backslashes, behind `http:` and `https:` for two.
bool HasSlashes(std::string_view scheme, std::string_view after) noexcept {
  if (after.starts_with("//")) return true;
  return !after.empty() && IsSlash(after[0]) &&
         (base::EqualsIgnoringCase(scheme, "http") || base::EqualsIgnoringCase(scheme, "https"));
}

}  // namespace

WordPieces::WordPieces(std::string_view word) noexcept : word_(word) {
  if (word.size() < 2 || word[0] != '-' || word[1] == '-') return;
  at_ = 2;
  while (at_ < word.size() && (static_cast<unsigned char>(word[at_]) & 0xC0) == 0x80) ++at_;
}

bool WordPieces::Next(WordPiece& piece) noexcept {
  if (at_ > word_.size()) return false;
  const std::size_t begin = at_;
  for (std::size_t i = begin; i < word_.size(); ++i) {
    if (!IsCut(word_[i])) continue;
    if (word_[i] == ':' && i >= url_from_) {
      const std::size_t scheme = SchemeBegin(word_, begin, i);
      const std::string_view name = word_.substr(scheme, i - scheme);
      if (!name.empty() && HasSlashes(name, word_.substr(i + 1))) {
        if (scheme != begin) {
          piece = {word_.substr(begin, scheme - begin), word_.substr(begin), false};
          at_ = scheme;
          return true;
        }
        piece = {word_.substr(begin), word_.substr(begin), true};
        url_from_ = i + 1;
        if (!base::EqualsIgnoringCase(name, "file")) at_ = word_.size() + 1;
        return true;
      }
    }
    piece = {word_.substr(begin, i - begin), word_.substr(begin), false};
    at_ = i + 1;
    return true;
  }
  piece = {word_.substr(begin), word_.substr(begin), false};
  at_ = word_.size() + 1;
  return true;
}

std::string_view UntilAuthorityEnds(std::string_view text) noexcept {
  return text.substr(0, text.find_first_of("/\\?#"));
}

bool HoldsDotDot(std::string_view text) noexcept {
  while (true) {
    const std::string_view segment = text.substr(0, text.find_first_of("/\\"));
    if (segment == "..") return true;
    if (segment.size() == text.size()) return false;
    text.remove_prefix(segment.size() + 1);
  }
}

bool LooseWords::Next(std::string_view& word) {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(kSeparators), rest_.size()));
  if (rest_.empty()) return false;
  char quote = 0;
  std::size_t size = 0;
  bool quoted = false;
  for (; size < rest_.size(); ++size) {
    const char c = rest_[size];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (kQuotes.find(c) != std::string_view::npos) {
      quote = c;
      quoted = true;
    } else if (kSeparators.find(c) != std::string_view::npos) {
      break;
    }
  }
  word = rest_.substr(0, size);
  rest_.remove_prefix(size);
  if (quoted) word = WithoutQuotes(word, arena_);
  return true;
}

std::string_view WithoutQuotes(std::string_view text, base::TextArena& arena) {
  if (text.find_first_of(kQuotes) == std::string_view::npos) return text;
  char* const out = arena.Take(text.size());
  std::size_t size = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0 ? c == quote : kQuotes.find(c) != std::string_view::npos) {
      quote = quote != 0 ? 0 : c;
    } else {
      out[size++] = c;
    }
  }
  return {out, size};
}

bool IsSeveralWords(std::string_view text) noexcept {
  return text.find_first_of(kSeparators) != std::string_view::npos ||
         text.find_first_of(kQuotes) != std::string_view::npos;
}

}  // namespace callgate::policy
