#include "core/policy/coverage/coverage.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/policy/coverage/command_words.h"
#include "core/policy/coverage/except_entries.h"
#include "core/policy/evaluate/declared_command.h"
#include "core/policy/evaluate/evaluate.h"
#include "core/policy/evaluate/object_schema.h"
#include "core/policy/evaluate/schema_check.h"
#include "core/policy/evaluate/schema_value.h"

namespace callgate::policy {
namespace {

using Kind = PolicyPart::Kind;

std::string Below(std::string pointer, std::string_view step) {
  AppendPointerStep(pointer, step);
  return pointer;
}

std::string Below(std::string pointer, std::string_view step, std::size_t position) {
  return Below(Below(std::move(pointer), step), std::to_string(position));
}

PolicyPart PartOf(const Context& context, std::size_t capability) {
  const Capability& of = context.capabilities[capability];
  return {Kind::kCapability, capability, of.tool_pattern.text, {}, Where(of.position), {}};
}

PolicyPart PartOf(const DenyEntry& entry) {
  return {Kind::kDenyEntry, entry.nth, entry.tool_pattern.text, {}, Where(entry.position), {}};
}

// One capability's declared arguments and branches, as they are walked.
class Parts {
 public:
  Parts(const Context& context, std::size_t capability, std::vector<PolicyPart>& parts)
      : capability_(PartOf(context, capability)), parts_(parts) {
    parts_.push_back(capability_);
  }

  void Add(Kind kind, const std::string& pointer, const std::string& text = {}) {
    const bool is_known = std::ranges::any_of(parts_, [&](const PolicyPart& part) {
      return part.position == capability_.position && part.pointer == pointer &&
             part.kind != Kind::kDenyEntry;
    });
    if (is_known) return;  // e.g. of an element of a list before this one
    parts_.push_back(Named(kind, pointer, text));
  }

  PolicyPart Named(Kind kind, const std::string& pointer, const std::string& text = {}) const {
    PolicyPart part = capability_;
    part.kind = kind;
    part.pointer = pointer;
    part.text = text;
    return part;
  }

 private:
  PolicyPart capability_;
  std::vector<PolicyPart>& parts_;
};

// As documents name an option.
std::string TextOf(const CommandOption& option) {
  switch (option.shape) {
    case CommandOption::Shape::kFlag:
      return option.name;
    case CommandOption::Shape::kAttached:
      return option.name + "VALUE";
    case CommandOption::Shape::kNextWord:
      return option.name + " VALUE";
  }
  return option.name;
}

// Of several words one stands behind those of the entry.
bool HasBranches(const CommandRule& rule) { return rule.then && rule.then->size() > 1; }

// The first place of each schema that excepts something: its part, with the pointer of `except`.
using ExceptPlaces = std::map<const Schema*, PolicyPart>;

// Everything that is declared.
class AllParts {
 public:
  AllParts(Parts& parts, ExceptPlaces& places) noexcept : parts_(parts), places_(places) {}

  void WalkMembers(const std::vector<DeclaredMember>& members, const std::string& pointer) {
    for (const DeclaredMember& member : members) {
      const std::string at = Below(pointer, member.name);
      parts_.Add(Kind::kArgument, at);
      Walk(*member.schema, at);
    }
  }

  void Walk(const Schema& schema, const std::string& pointer) {
    for (std::size_t i = 0; i < schema.any_of.size(); ++i) {
      const std::string at = Below(pointer, "anyOf", i);
      parts_.Add(Kind::kBranch, at);
      Walk(*schema.any_of[i], at);
    }
    if (const CommandKind* const command = CommandOf(schema)) {
      WalkCommand(*command, Below(pointer, "command"));
    }
    AddExcept(schema, pointer);
    if (schema.items) Walk(*schema.items, Below(pointer, "items"));
    WalkMembers(schema.properties, Below(pointer, "properties"));
    if (schema.additional) Walk(*schema.additional, Below(pointer, "additionalProperties"));
  }

 private:
  void WalkCommand(const CommandKind& command, const std::string& pointer) {
    for (std::size_t i = 0; i < command.allow.size(); ++i) {
      const CommandRule& rule = command.allow[i];
      const std::string at = Below(pointer, "allow", i);
      if (command.allow.size() > 1) parts_.Add(Kind::kBranch, at);
      if (HasBranches(rule)) {
        for (std::size_t t = 0; t < rule.then->size(); ++t) {
          parts_.Add(Kind::kBranch, Below(at, "then", t), (*rule.then)[t]);
        }
      }
      for (std::size_t o = 0; o < rule.options.size(); ++o) {
        const CommandOption& option = rule.options[o];
        const std::string text = TextOf(option);
        parts_.Add(Kind::kOption, Below(at, "options", o), text);
        if (option.value) WalkWord(*option.value, Below(Below(at, "options", o), text));
      }
      if (rule.operand) WalkWord(*rule.operand, Below(at, "operands"));
      for (std::size_t o = 0; o < rule.operands_by_place.size(); ++o) {
        WalkWord(*rule.operands_by_place[o], Below(at, "operands", o));
      }
    }
  }

  void WalkWord(const Schema& schema, const std::string& pointer) {
    for (std::size_t i = 0; i < schema.any_of.size(); ++i) {
      const std::string at = Below(pointer, "anyOf", i);
      parts_.Add(Kind::kBranch, at);
      WalkWord(*schema.any_of[i], at);
    }
    AddExcept(schema, pointer);
  }

  void AddExcept(const Schema& schema, const std::string& pointer) {
    const std::vector<std::string> texts = ExceptTextsOf(schema);
    if (texts.empty()) return;
    const std::string at = Below(Below(pointer, ExceptKindOf(schema)), "except");
    if (!places_.try_emplace(&schema, parts_.Named(Kind::kExceptEntry, at)).second) return;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      parts_.Add(Kind::kExceptEntry, Below(at, std::to_string(i)), texts[i]);
    }
  }

  Parts& parts_;
  ExceptPlaces& places_;
};

// What is declared of the values of one call, which the capability allows.
class CalledParts {
 public:
  CalledParts(const Arguments& arguments, Parts& parts) noexcept
      : arguments_(arguments), parts_(parts) {}

  void WalkMembers(const ObjectSchema& object, std::uint32_t item, const std::string& listed_at,
                   const std::string& additional_at) {
    const MemberRange members = MemberRange::Of(arguments_, item);
    (void)ForEachMember(arguments_, object, members,
                        [&](std::uint32_t i, const DeclaredMember* listed) {
                          if (listed != nullptr) {
                            const std::string at = Below(listed_at, listed->name);
                            parts_.Add(Kind::kArgument, at);
                            Walk(*listed->schema, i, members, at);
                          } else if (!object.ContinuedBy(arguments_[i].key)) {
                            Walk(*object.additional, i, {}, additional_at);
                          }
                          return false;
                        });
  }

 private:
  void Walk(const Schema& schema, std::uint32_t i, MemberRange siblings,
            const std::string& pointer) {
    const json::Value value = arguments_[i].value;
    if (schema.any || value.is_null()) return;
    for (std::size_t branch = 0; branch < schema.any_of.size(); ++branch) {
      if (!Accepts(*schema.any_of[branch], arguments_, i, siblings)) continue;
      const std::string at = Below(pointer, "anyOf", branch);
      parts_.Add(Kind::kBranch, at);
      return Walk(*schema.any_of[branch], i, siblings, at);
    }
    if (const CommandKind* const command = CommandOf(schema)) {
      return WalkCommand(schema, *command, i, siblings, Below(pointer, "command"));
    }
    if (value.is_array() && schema.items) {
      const std::string at = Below(pointer, "items");
      for (std::uint32_t e = i + 1; e < arguments_[i].end; e = arguments_[e].end) {
        Walk(*schema.items, e, {}, at);
      }
    }
    if (value.is_object() && (schema.types & kObjectType) != 0) {
      WalkMembers(ObjectSchema::Of(schema), i, Below(pointer, "properties"),
                  Below(pointer, "additionalProperties"));
    }
  }

  void WalkCommand(const Schema& schema, const CommandKind& command, std::uint32_t i,
                   MemberRange siblings, const std::string& pointer) {
    Schema alone = schema;
    auto& allow = std::get<CommandKind>(alone.kind).allow;
    for (std::size_t entry = 0; entry < command.allow.size(); ++entry) {
      allow = {command.allow[entry]};
      if (!Accepts(alone, arguments_, i, siblings)) continue;
      const std::string at = Below(pointer, "allow", entry);
      if (command.allow.size() > 1) parts_.Add(Kind::kBranch, at);
      return WalkWords(command.allow[entry], command, i, siblings, at);
    }
  }

  void WalkWords(const CommandRule& rule, const CommandKind& command, std::uint32_t i,
                 MemberRange siblings, const std::string& pointer) {
    const std::uint32_t args = ArgsOf(command, arguments_, siblings);
    std::optional<json::Value> continued;
    if (args != kNoItem) continued = arguments_[args].value;
    base::TextArena arena;
    WordBuffer words;
    const json::Value value = arguments_[i].value;
    if (!TakeDeclaredWords(command.exec, value, continued, arena, words).empty()) return;
    if (HasBranches(rule)) {
      const std::size_t then = UsedThen(rule, words).value();
      parts_.Add(Kind::kBranch, Below(pointer, "then", then), (*rule.then)[then]);
    }
    ForEachUsedWord(rule, words, [&](const UsedWord& used) {
      std::string at;
      if (used.option) {
        const std::string text = TextOf(rule.options[*used.option]);
        at = Below(pointer, "options", *used.option);
        parts_.Add(Kind::kOption, at, text);
        at = Below(at, text);
      } else {
        at = rule.operands_by_place.empty() ? Below(pointer, "operands")
                                            : Below(pointer, "operands", used.operand);
      }
      if (used.schema != nullptr) WalkWord(*used.schema, used.value, at);
    });
  }

  void WalkWord(const Schema& schema, std::string_view word, const std::string& pointer) {
    const Scalar value{json::Kind::kString, word};
    for (std::size_t branch = 0; branch < schema.any_of.size(); ++branch) {
      CallPaths paths(arguments_);
      if (!JudgeScalar(*schema.any_of[branch], value, paths).rule.empty()) continue;
      const std::string at = Below(pointer, "anyOf", branch);
      parts_.Add(Kind::kBranch, at);
      return WalkWord(*schema.any_of[branch], word, at);
    }
  }

  const Arguments& arguments_;
  Parts& parts_;
};

std::vector<PolicyPart> AllPartsOf(const Context& context, ExceptPlaces& places) {
  std::vector<PolicyPart> parts;
  for (std::size_t i = 0; i < context.capabilities.size(); ++i) {
    std::vector<PolicyPart> of_one;
    Parts named(context, i, of_one);
    if (const auto& declared = context.capabilities[i].arguments) {
      AllParts all(named, places);
      all.WalkMembers(declared->members, "/arguments");
      if (declared->other) all.Walk(*declared->other, "/other_arguments");
    }
    std::ranges::move(of_one, std::back_inserter(parts));
  }
  const DenyEntry* last = nullptr;
  for (const DenyEntry& entry : context.deny_list) {
    if (last == nullptr || last->nth != entry.nth) parts.push_back(PartOf(entry));
    last = &entry;
  }
  return parts;
}

}  // namespace

std::vector<PolicyPart> PartsOf(const Context& context) {
  ExceptPlaces places;
  return AllPartsOf(context, places);
}

std::vector<PolicyPart> PartsExercised(const Context& context, std::string_view tool,
                                       json::Value arguments) {
  const Verdict verdict = Evaluate(context, tool, arguments);
  std::vector<PolicyPart> parts;
  if (verdict.deny_entry != kNoDenyEntry) {
    parts.push_back(PartOf(context.deny_list[static_cast<std::size_t>(verdict.deny_entry)]));
  }
  const Arguments walked(arguments);
  for (const std::uint32_t i : verdict.allowing) {
    std::vector<PolicyPart> of_one;
    Parts named(context, i, of_one);
    if (const auto& declared = context.capabilities[i].arguments) {
      CalledParts(walked, named)
          .WalkMembers(ObjectSchema::Of(*declared), kNoItem, "/arguments", "/other_arguments");
    }
    std::ranges::move(of_one, std::back_inserter(parts));
  }
  const std::vector<ExceptEntry> denying = ExceptEntriesThatDeny(context, verdict, walked);
  if (denying.empty()) return parts;
  ExceptPlaces places;
  (void)AllPartsOf(context, places);
  for (const ExceptEntry& entry : denying) {
    PolicyPart part = places.at(entry.schema);
    AppendPointerStep(part.pointer, std::to_string(entry.position));
    part.text = ExceptTextsOf(*entry.schema)[entry.position];
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace callgate::policy
