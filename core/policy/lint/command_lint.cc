#include "core/policy/lint/command_lint.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "core/base/ascii.h"
#include "core/policy/inclusion/equivalence_classes.h"
#include "core/policy/lint/command_values.h"
#include "core/policy/lint/program_facts.h"

namespace callgate::policy {
namespace {

class Reading {
 public:
  Reading(const AllowedCommand& command, const ProgramFacts& facts)
      : command_(command), facts_(facts), rest_(command.words.subspan(1)) {
    fixed_ = facts_.FirstOperand(rest_);
    ReadSubcommands();
  }

  CommandReach Read() {
    switch (facts_.kind) {
      case ProgramFacts::Kind::kPlain:
        ReadFiles("");
        break;
      case ProgramFacts::Kind::kInterpreter:
        ReadInterpreter();
        break;
      case ProgramFacts::Kind::kRunner:
        ReadRunner();
        break;
      case ProgramFacts::Kind::kSubcommands:
        ReadEachSubcommand();
        break;
      case ProgramFacts::Kind::kWrapper:
        return ReadWrapper();
    }
    ReadStarts();
    ReadOptions();
    ReadOperands();
    return std::move(reach_);
  }

 private:
  std::string Name() const { return std::string(facts_.name); }
  void Runs(std::string why) {
    if (reach_.runs.empty()) reach_.runs = std::move(why);
  }

  // Nothing but flags may follow the words.
  bool EndsHere() const {
    if (command_.rule == nullptr || command_.then) return false;
    return OperandsOf(*command_.rule).empty() && command_.rule->options.empty();
  }

  // The words of which one stands behind the program and its options; none where any may.
  void ReadSubcommands() {
    if (!fixed_.empty()) {
      subcommands_ = Texts{std::string(fixed_)};
    } else if (command_.then) {
      subcommands_ = command_.then;
    } else if (command_.rule != nullptr && command_.rule->min_operands > 0) {
      const auto operands = OperandsOf(*command_.rule);
      if (!operands.empty()) subcommands_ = ListedTexts(*operands.front());
    }
    // An option says what the next word is.
    const bool is_value = fixed_.empty() && !rest_.empty() && facts_.IsValued(rest_.back());
    if (subcommands_ && (is_value || std::ranges::any_of(*subcommands_, IsOptionWord))) {
      subcommands_.reset();
    }
  }

  // `python -m pytest`: the module is a program of its own.
  bool ReadModules() {
    if (rest_.empty() || rest_[0] != "-m") return false;
    const bool is_named = rest_.size() >= 2;
    if (!is_named && !subcommands_) return false;
    const auto modules =
        is_named ? rest_.subspan(1, 1) : std::span<const std::string>(*subcommands_);
    bool all_known = true;
    for (const std::string& module : modules) {
      all_known = all_known && FindProgram(module) != nullptr;
      AllowedCommand inner{{&module, 1}, std::nullopt, command_.rule};
      if (is_named) inner = {rest_.subspan(1), command_.then, command_.rule};
      Add(ReachOf(std::move(inner)));
    }
    return all_known;
  }

  // Some option that the call may give holds the code, and the document lists all of it.
  bool ListsCode() const {
    if (command_.rule == nullptr || !ListsAllValues(*command_.rule)) return false;
    return std::ranges::any_of(command_.rule->options, [&](const CommandOption& option) {
      return option.value != nullptr && !facts_.IsValued(option.name);
    });
  }

  void ReadInterpreter() {
    if (ReadModules()) return;
    constexpr auto kTelling =
        std::to_array<std::string_view>({"--version", "-V", "--help", "-version"});
    if (rest_.size() == 1 && EndsHere() &&
        std::ranges::find(kTelling, rest_[0]) != kTelling.end()) {
      return;
    }
    if (subcommands_) {
      reach_.files.push_back({Name() + " " + subcommands_->front(), ""});
    } else if (ListsCode()) {
      reach_.files.push_back({Name(), ""});
    } else {
      Runs(
          Name() +
          " runs whatever code or file the call names; write the file into words, as in {words: [" +
          Name() + ", tools/check]}, or leave " + Name() + " out");
    }
  }

  // All that may follow is written down.
  bool IsFixed() const {
    return command_.rule != nullptr && ListsAllValues(*command_.rule) &&
           (subcommands_ || !rest_.empty() || ListsCode());
  }

  void ReadRunner() {
    if (IsFixed()) return;
    Runs(Name() +
         " can run other programs; list all that may follow it with words, then and enum, or "
         "leave " +
         Name() + " out");
  }

  // The operands list what it may do, but none has to be there.
  bool MayLackSubcommand() const {
    if (command_.rule == nullptr || command_.then || !fixed_.empty()) return false;
    const auto operands = OperandsOf(*command_.rule);
    if (command_.rule->min_operands > 0 || operands.empty()) return false;
    const auto listed = ListedTexts(*operands.front());
    return listed && std::ranges::none_of(*listed, IsOptionWord);
  }

  void ReadEachSubcommand() {
    if (!subcommands_ && MayLackSubcommand()) {
      Runs("a call may leave out what " + Name() + " does, and with it what " + Name() +
           " runs cannot be told; write minOperands: 1 next to the operands");
      return;
    }
    if (!subcommands_) {
      Runs("the call chooses what " + Name() +
           " does, which can run other programs; list in then what is meant" +
           (facts_.harmless.empty() ? ""
                                    : ", as in {words: [" + Name() + "], then: [" +
                                          std::string(facts_.harmless.front()) + "]}"));
      return;
    }
    for (const std::string& subcommand : *subcommands_) {
      if (ReadFiles(subcommand)) continue;
      if (std::ranges::find(facts_.harmless, subcommand) != facts_.harmless.end()) continue;
      Runs(Name() + " " + subcommand + " can run other programs; leave " + subcommand + " out");
    }
  }

  bool ReadFiles(std::string_view subcommand) {
    const auto found = facts_.files.find(subcommand);
    if (found == facts_.files.end()) return false;
    reach_.files.push_back(
        {Name() + (subcommand.empty() ? "" : " ") + std::string(subcommand), found->second});
    return true;
  }

  // What stands behind the program is another, and what that is given.
  CommandReach ReadWrapper() {
    // It prints the environment.
    if (Name() == "env" && rest_.empty() && EndsHere()) return {};
    std::size_t skipped = 0;  // assignments, and the duration of `timeout`
    while (skipped < rest_.size() && (base::IsAsciiDigit(rest_[skipped][0]) ||
                                      rest_[skipped].find('=') != std::string::npos)) {
      ++skipped;
    }
    if (skipped < rest_.size() && !IsOptionWord(rest_[skipped])) {
      AllowedCommand inner = command_;
      inner.words = rest_.subspan(skipped);
      return ReachOf(std::move(inner));
    }
    return {Name() +
                " runs the program that the call names; write that program into words, as in "
                "{words: [" +
                Name() + ", ls]}, or leave " + Name() + " out",
            {}};
  }

  void Add(CommandReach inner) {
    Runs(std::move(inner.runs));
    std::ranges::move(inner.files, std::back_inserter(reach_.files));
  }

  void AddEach(const Texts& programs, const CommandRule* rule) {
    for (const std::string& program : programs) Add(ReachOf({{&program, 1}, std::nullopt, rule}));
  }

  // What stands behind such an option is another program, and what that is given.
  void ReadStarts() {
    const auto start =
        std::ranges::find_if(rest_, [&](auto& word) { return facts_.IsStart(word); });
    if (start != rest_.end()) {
      const std::span<const std::string> behind(start + 1, rest_.end());
      if (!behind.empty()) Add(ReachOf({behind, command_.then, command_.rule}));
      if (behind.empty() && command_.then) AddEach(*command_.then, command_.rule);
    }
    if (command_.rule == nullptr || facts_.starts.empty()) return;
    CommandRule behind = *command_.rule;
    std::erase_if(behind.options, [&](const auto& one) { return facts_.IsStart(one.name); });
    for (const CommandOption& option : command_.rule->options) {
      if (option.value == nullptr || !facts_.IsStart(option.name)) continue;
      if (const auto programs = ListedTexts(*option.value)) AddEach(*programs, &behind);
    }
  }

  bool IsIn(std::string_view where) const {
    if (where == "*") return true;
    if (where.empty()) return fixed_.empty() && !command_.then;
    return !subcommands_ || std::ranges::find(*subcommands_, where) != subcommands_->end();
  }

  // The value of the option that the words end in is left to what follows.
  bool LeavesLast() const {
    if (command_.then) return false;
    if (command_.rule == nullptr) return true;
    return std::ranges::any_of(OperandsOf(*command_.rule),
                               [](const Schema* operand) { return !ListedTexts(*operand); });
  }

  void ReadLastWord() {
    if (rest_.empty() || !LeavesLast()) return;
    const std::string& last = rest_.back();
    const auto is_it = [&](const ProgramFacts::Option& fact) {
      if (!IsIn(fact.where) || !IsOption(last, fact.option)) return false;
      return last.find('=') == std::string::npos && last.back() == fact.option.back();
    };
    const auto found = std::ranges::find_if(facts_.options, is_it);
    if (found == facts_.options.end()) return;
    Runs("the call chooses what stands behind " + last + ", by which " + Name() +
         " can run other programs; write that into words, too, or leave " + last + " out");
  }

  void ReadOptions() {
    ReadLastWord();
    for (const ProgramFacts::Option& fact : facts_.options) {
      if (!IsIn(fact.where)) continue;
      const std::string what =
          std::string(fact.option) + " of " + Name() + " can have it run other programs";
      if (command_.rule == nullptr) {
        Runs("the entry allows every option, and " + what +
             "; declare the command with the options meant");
        return;
      }
      for (const CommandOption& option : command_.rule->options) {
        const bool is_flag = option.shape == CommandOption::Shape::kFlag;
        if (!IsOption(option.name, fact.option)) continue;
        if (is_flag && option.name.find('=') != std::string::npos) continue;
        if (option.value != nullptr && ListedTexts(*option.value)) continue;
        Runs("the option " + what + "; leave it out" +
             (is_flag ? "" : ", or list its values with enum"));
      }
    }
  }

  void ReadOperands() {
    for (const std::string_view text : facts_.operands) {
      const std::string what =
          "an operand such as " + std::string(text) + " makes " + Name() + " run other programs";
      if (command_.rule == nullptr) {
        Runs(what + "; declare the command with the operands meant");
        return;
      }
      for (const Schema* operand : OperandsOf(*command_.rule)) {
        if (AcceptsText(*operand, text))
          Runs(what + "; give its operands a pattern or enum that refuses it");
      }
    }
  }

  const AllowedCommand& command_;
  const ProgramFacts& facts_;
  std::span<const std::string> rest_;
  std::string_view fixed_;  // the first of the words that is no option
  std::optional<Texts> subcommands_;
  CommandReach reach_;
};

}  // namespace

AllowedCommand AllowedCommand::OfEntry(const CommandEntry& entry, const Capability& capability) {
  AllowedCommand command{entry.words, std::nullopt, nullptr};
  const Subcommands held = SubcommandsOf(capability, entry.words[0]);
  if (entry.words.size() == 1 && held.held)
    command.then.emplace(held.listed.begin(), held.listed.end());
  return command;
}

AllowedCommand AllowedCommand::OfRule(const CommandRule& rule) {
  return {rule.words, rule.then, &rule};
}

CommandReach ReachOf(AllowedCommand command) {
  const ProgramFacts* const facts = FindProgram(command.words[0]);
  if (facts == nullptr) return {};
  return Reading(command, *facts).Read();
}

}  // namespace callgate::policy
