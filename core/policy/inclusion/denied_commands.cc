#include "core/policy/inclusion/denied_commands.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>

#include "core/base/ascii.h"
#include "core/policy/inclusion/entry_relations.h"

namespace callgate::policy {
namespace {

// The escape, behind its backslash, stands for no space. Letters may, but for these.
bool IsSpacelessEscape(char c) noexcept {
  const bool is_name = base::IsAsciiLetter(c) || base::IsAsciiDigit(c);
  return is_name ? c == 'd' || c == 'w' : c != ' ';
}

// The size of a class such as `[a-z._-]`, which `text` begins with, if it holds no space; else 0.
std::size_t SizeOfSpacelessClass(std::string_view text) noexcept {
  std::size_t at = 1;
  if (text.size() > at && text[at] == '^') return 0;
  for (const std::size_t first = at; at < text.size(); ++at) {
    if (text[at] == ']' && at != first) return at + 1;
    const bool is_range = text[at] == '-' && at != first && text[at - 1] <= ' ';
    if (text[at] == ' ' || text[at] == '[' || is_range) return 0;
    if (text[at] != '\\') continue;
    if (++at == text.size() || !IsSpacelessEscape(text[at])) return 0;
  }
  return 0;
}

// A pattern that is plainly written so that no match holds a space.
bool IsSpaceless(std::string_view pattern) noexcept {
  while (!pattern.empty()) {
    std::size_t size = 1;
    if (pattern[0] == '[') {
      size = SizeOfSpacelessClass(pattern);
      if (size == 0) return false;
    } else if (pattern[0] == '\\') {
      if (pattern.size() < 2 || !IsSpacelessEscape(pattern[1])) return false;
      size = 2;
    } else if (pattern.starts_with("(?")) {
      if (!pattern.starts_with("(?:")) return false;
      size = 3;
    } else if (pattern[0] == '.' || pattern[0] == ' ') {
      return false;
    }
    pattern.remove_prefix(size);
  }
  return true;
}

// Which words of the commands that an entry of a declared command accepts may hold an option. What
// begins with a dash is an option that it lists. But a deny entry splits the elements of lists on
// spaces, and reads on behind these.
class OptionSearch {
 public:
  OptionSearch(const CommandKind& kind, std::string_view option) noexcept
      : are_split_(kind.form != CommandKind::Form::kText), option_(option) {}

  bool MayHold(const CommandRule& rule) const {
    const auto holds = [this](const std::string& word) { return Holds(word); };
    return std::any_of(rule.words.begin() + 1, rule.words.end(), holds) ||
           (rule.then && std::ranges::any_of(*rule.then, holds)) ||
           std::ranges::any_of(rule.options,
                               [this](const CommandOption& one) { return MayHold(one); }) ||
           (rule.operand != nullptr && MayHoldBehindSpace(rule.operand)) ||
           std::ranges::any_of(rule.operands_by_place,
                               [this](const SchemaPtr& one) { return MayHoldBehindSpace(one); });
  }

 private:
  // One of the words that a deny entry makes of it.
  bool Holds(std::string_view word) const noexcept {
    if (!are_split_) return HoldsOption(word, option_);
    while (!word.empty()) {
      const std::string_view part = word.substr(0, word.find(' '));
      if (HoldsOption(part, option_)) return true;
      word.remove_prefix(part.size() < word.size() ? part.size() + 1 : part.size());
    }
    return false;
  }

  bool MayHold(const CommandOption& one) const {
    switch (one.shape) {
      case CommandOption::Shape::kFlag:
        return Holds(one.name);
      case CommandOption::Shape::kNextWord:
        return Holds(one.name) || MayHoldBehindSpace(one.value);
      case CommandOption::Shape::kAttached:
        return MayBeginWith(one.name) || MayHoldBehindSpace(one.value);
    }
    return true;
  }

  // Some word that goes on behind `name` holds it.
  bool MayBeginWith(std::string_view name) const noexcept {
    if (name.find('=') != std::string_view::npos) return Holds(name);
    const std::size_t dashes = std::min(name.find_first_not_of('-'), name.size());
    const std::string_view begin = name.substr(dashes);
    const std::string_view own = option_.substr(option_.find_first_not_of('-'));
    if (begin.empty() || own.starts_with(begin)) return true;
    return IsShortOption(option_) && dashes == 1;
  }

  bool MayHoldBehindSpace(const SchemaPtr& schema) const {
    if (!are_split_) return false;
    if (schema == nullptr) return true;
    if (!schema->any_of.empty()) {
      return std::ranges::any_of(schema->any_of,
                                 [this](const SchemaPtr& one) { return MayHoldBehindSpace(one); });
    }
    if (schema->constants) {
      return std::ranges::any_of(*schema->constants, [this](const Constant& constant) {
        const auto* const text = std::get_if<std::string>(&constant);
        return text != nullptr && Holds(*text);
      });
    }
    return !schema->pattern || !IsSpaceless(schema->pattern->text());
  }

  const bool are_split_;
  const std::string_view option_;
};

}  // namespace

bool IsDeniedWith(const CommandKind& kind, const CommandEntry& entry,
                  std::span<const DenyEntry* const> others) {
  const auto is_denied = [&](const Words& words) {
    const auto denied = DeniedBeginning(words, entry);
    return !denied || std::ranges::any_of(others, [&](const DenyEntry* other) {
      return DeniesEvery(std::get<CommandEntry>(other->argument), *denied, entry.option);
    });
  };
  return std::ranges::all_of(kind.allow, [&](const CommandRule& rule) {
    if (!entry.option.empty() && !OptionSearch(kind, entry.option).MayHold(rule)) return true;
    const Words words(rule.words.begin(), rule.words.end());
    if (!rule.then) return is_denied(words);
    return std::ranges::all_of(*rule.then, [&](const std::string& next) {
      Words longer = words;
      longer.push_back(next);
      return is_denied(longer);
    });
  });
}

}  // namespace callgate::policy
