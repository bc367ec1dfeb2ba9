#include "core/policy/inclusion/command_rule_relations.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "core/policy/inclusion/entry_relations.h"

namespace callgate::policy {
namespace {

using Shape = CommandOption::Shape;
using FirstWords = Words;

// A value that `inner` accepts, null being any, `outer` accepts.
bool IsValueWithin(const SchemaPtr& inner, const SchemaPtr& outer,
                   const IsSchemaWithin& is_within) {
  return !outer || (inner && is_within(*inner, *outer));
}

// `outer` reads the words that `inner` does as that option, too.
bool IsOptionWithin(const CommandOption& inner, const CommandOption& outer,
                    const IsSchemaWithin& is_within) {
  if (inner.shape == outer.shape && inner.name == outer.name) {
    return IsValueWithin(inner.value, outer.value, is_within);
  }
  // Any value of an attached one covers a longer beginning, or a word as it stands.
  const bool is_one_word = inner.shape != Shape::kNextWord && outer.shape == Shape::kAttached;
  return is_one_word && !outer.value && inner.name.size() > outer.name.size() &&
         inner.name.starts_with(outer.name);
}

bool AreOptionsWithin(const CommandRule& inner, const CommandRule& outer,
                      const IsSchemaWithin& is_within) {
  return std::all_of(inner.options.begin(), inner.options.end(), [&](const CommandOption& option) {
    return std::any_of(
        outer.options.begin(), outer.options.end(),
        [&](const CommandOption& around) { return IsOptionWithin(option, around, is_within); });
  });
}

// The operand that may stand at a place; null where none may.
const Schema* OperandAt(const CommandRule& rule, std::uint32_t place) noexcept {
  if (place >= rule.max_operands) return nullptr;
  if (rule.operands_by_place.empty()) return rule.operand.get();
  return place < rule.operands_by_place.size() ? rule.operands_by_place[place].get() : nullptr;
}

bool AreOperandsWithin(const CommandRule& inner, const CommandRule& outer,
                       const IsSchemaWithin& is_within) {
  if (inner.min_operands < outer.min_operands) return false;
  if (inner.max_operands == 0) return true;
  if (inner.max_operands > outer.max_operands) return false;
  // Behind the places of both, one schema stands for all.
  const std::size_t places =
      std::max(inner.operands_by_place.size(), outer.operands_by_place.size());
  const std::uint32_t last = inner.max_operands - 1;
  for (std::uint32_t place = 0; place <= std::min<std::size_t>(last, places); ++place) {
    const Schema* const operand = OperandAt(inner, place);
    const Schema* const around = OperandAt(outer, place);
    if (operand == nullptr) return true;
    if (around == nullptr || !is_within(*operand, *around)) return false;
  }
  return true;
}

// `outer` accepts argv that begins with `first`, of which `inner` reads the rest. What `outer` does
// not take for its own words it must take for flags.
bool AreFirstWordsWithin(const FirstWords& first, const CommandRule& outer) {
  if (first.size() < outer.words.size()) return false;
  if (!std::equal(outer.words.begin(), outer.words.end(), first.begin())) return false;
  std::size_t at = outer.words.size();
  if (outer.then) {
    if (at == first.size()) return false;
    const auto& then = *outer.then;
    if (std::find(then.begin(), then.end(), first[at++]) == then.end()) return false;
  }
  return std::all_of(
      first.begin() + static_cast<std::ptrdiff_t>(at), first.end(), [&](std::string_view word) {
        return word != "--" && std::any_of(outer.options.begin(), outer.options.end(),
                                           [&](const CommandOption& option) {
                                             return option.shape == Shape::kFlag &&
                                                    option.name == word;
                                           });
      });
}

bool IsBranchWithin(const CommandRule& inner, const FirstWords& first, const CommandRule& outer,
                    const IsSchemaWithin& is_within) {
  return AreFirstWordsWithin(first, outer) && AreOptionsWithin(inner, outer, is_within) &&
         AreOperandsWithin(inner, outer, is_within);
}

// The first words of argv that an entry accepts: one for each word of its `then`.
std::vector<FirstWords> FirstWordsOf(const CommandRule& rule) {
  const FirstWords words(rule.words.begin(), rule.words.end());
  if (!rule.then) return {words};
  std::vector<FirstWords> branches;
  for (const std::string& then : *rule.then) {
    branches.push_back(words);
    branches.back().emplace_back(then);
  }
  return branches;
}

bool IsFormWithin(CommandKind::Form inner, CommandKind::Form outer) noexcept {
  return outer == CommandKind::Form::kEither || inner == outer;
}

}  // namespace

bool IsRuleWithin(const CommandRule& inner, const CommandRule& outer,
                  const IsSchemaWithin& is_within) {
  const std::vector<FirstWords> branches = FirstWordsOf(inner);
  return std::all_of(branches.begin(), branches.end(), [&](const FirstWords& first) {
    return IsBranchWithin(inner, first, outer, is_within);
  });
}

bool IsCommandWithin(const CommandKind& inner, const CommandKind& outer,
                     const IsSchemaWithin& is_within) {
  if (!IsFormWithin(inner.form, outer.form) || inner.args != outer.args) return false;
  // Of texts both read the same words; of lists, each as its `exec` says.
  const bool has_lists = inner.form != CommandKind::Form::kText || !inner.args.empty();
  if (has_lists && inner.exec != outer.exec) return false;
  return FindRuleBeyond(inner, outer, is_within).empty();
}

std::string FindRuleBeyond(const CommandKind& inner, const CommandKind& outer,
                           const IsSchemaWithin& is_within) {
  for (const CommandRule& rule : inner.allow) {
    for (const FirstWords& first : FirstWordsOf(rule)) {
      const bool covered =
          std::any_of(outer.allow.begin(), outer.allow.end(), [&](const CommandRule& around) {
            return IsBranchWithin(rule, first, around, is_within);
          });
      if (!covered) return Joined(first);
    }
  }
  return {};
}

}  // namespace callgate::policy
