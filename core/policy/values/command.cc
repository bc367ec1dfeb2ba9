#include "core/policy/values/command.h"

#include <array>
#include <cstdint>

#include "core/base/ascii.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

// What a shell gives a meaning, so what no word may hold outside quotes.
constexpr std::string_view kForbidden = ";&|<>$`(){}[]!#*?\\";

constexpr std::array<bool, 256> kIsForbidden = [] {
  std::array<bool, 256> table{};
  for (const char c : kForbidden) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Reads words one after the other, judging every character once.
class Splitter {
 public:
  Splitter(std::string_view text, base::TextArena& arena) noexcept : text_(text), arena_(arena) {}

  void SkipSpaces() noexcept {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool done() const noexcept { return at_ == text_.size(); }
  // Where Read stopped: at what it refuses, or behind the word.
  std::size_t at() const noexcept { return at_; }

  // Reads one word, as far as the next space outside quotes. The rule that denies it, or empty.
  std::string_view Read(Word& word) {
    const std::size_t begin = at_;
    bool quoted = false;
    if (text_[at_] == '~') return "command.tilde";
    while (at_ < text_.size() && text_[at_] != ' ') {
      const char c = text_[at_];
      if (IsControlAt(text_, at_)) return "command.control";
      if (kIsForbidden[static_cast<unsigned char>(c)]) return "command.metacharacter";
      if (c == '\'' || c == '"') {
        quoted = true;
        if (const std::string_view rule = SkipQuoted(c); !rule.empty()) return rule;
      }
      ++at_;
    }
    word.raw = text_.substr(begin, at_ - begin);
    word.text = quoted ? Unquote(word.raw) : word.raw;
    word.from_list = false;
    return {};
  }

 private:
  // From an opening quote to its closing one.
  std::string_view SkipQuoted(char quote) noexcept {
    const bool is_double = quote == '"';
    const std::string_view broken = is_double ? "command.double-quote" : "command.single-quote";
    const std::size_t open = at_;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) return {};
      if (IsControlAt(text_, at_)) return "command.control";
      if (c == '\'' || c == '"' || c == '`' || c == '\\') return broken;
      if (is_double && (c == '$' || c == '!')) return broken;
    }
    at_ = open;
    return "command.quote-elsewhere";
  }

  // A quoted part holds no quote of either kind, so every quote is one to drop.
  std::string_view Unquote(std::string_view raw) {
    char* const out = arena_.Take(raw.size());
    std::size_t size = 0;
    for (const char c : raw) {
      if (c != '\'' && c != '"') out[size++] = c;
    }
    return {out, size};
  }

  std::string_view text_;
  base::TextArena& arena_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view SplitCommand(std::string_view text, base::TextArena& arena, WordBuffer& words) {
  Splitter splitter(text, arena);
  splitter.SkipSpaces();
  if (splitter.done()) return "command.empty";
  while (!splitter.done()) {
    Word word;
    if (const std::string_view rule = splitter.Read(word); !rule.empty()) return rule;
    words.Append(word);
    splitter.SkipSpaces();
  }
  return {};
}

std::string_view SplitListWord(std::string_view text, base::TextArena& arena, WordBuffer& words) {
  if (text.empty()) return "command.list-word";
  Splitter splitter(text, arena);
  Word word;
  if (const std::string_view rule = splitter.Read(word); !rule.empty()) return rule;
  if (!splitter.done()) return "command.list-word";
  word.from_list = true;
  words.Append(word);
  return {};
}

std::optional<std::size_t> OffenceInCommand(std::string_view text, bool is_word) {
  base::TextArena arena;
  Splitter splitter(text, arena);
  if (!is_word) splitter.SkipSpaces();
  while (!splitter.done()) {
    Word word;
    if (!splitter.Read(word).empty() || (is_word && !splitter.done())) return splitter.at();
    splitter.SkipSpaces();
  }
  return std::nullopt;
}

std::string_view TakeListWord(std::string_view text, WordBuffer& words) {
  if (text.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) {
    return "command.exec-argv";
  }
  words.Append(Word{text, text, true});
  return {};
}

bool IsAssignment(std::string_view word) noexcept {
  std::size_t i = 0;
  while (i < word.size() && (base::IsAsciiLetter(word[i]) || word[i] == '_' ||
                             (i != 0 && base::IsAsciiDigit(word[i])))) {
    ++i;
  }
  if (i == 0) return false;
  word.remove_prefix(i);
  return word.starts_with('=') || word.starts_with("+=");  // NAME+=value appends
}

}  // namespace callgate::policy
