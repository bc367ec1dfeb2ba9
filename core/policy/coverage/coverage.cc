#include "core/policy/coverage/coverage.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/policy/evaluate/evaluate.h"
#include "core/policy/evaluate/object_schema.h"
#include "core/policy/evaluate/schema_check.h"

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
  return {Kind::kCapability, capability, of.tool_pattern.text, {}, Where(of.position)};
}

PolicyPart PartOf(const DenyEntry& entry) {
  return {Kind::kDenyEntry, entry.nth, entry.tool_pattern.text, {}, Where(entry.position)};
}

// One capability's declared arguments and branches, as they are walked.
class Parts {
 public:
  Parts(const Context& context, std::size_t capability, std::vector<PolicyPart>& parts)
      : capability_(PartOf(context, capability)), parts_(parts) {
    parts_.push_back(capability_);
  }

  void Add(Kind kind, const std::string& pointer) {
    const bool is_known = std::ranges::any_of(parts_, [&](const PolicyPart& part) {
      return part.position == capability_.position && part.pointer == pointer &&
             part.kind != Kind::kDenyEntry;
    });
    if (is_known) return;  // e.g. of an element of a list before this one
    PolicyPart part = capability_;
    part.kind = kind;
    part.pointer = pointer;
    parts_.push_back(std::move(part));
  }

 private:
  PolicyPart capability_;
  std::vector<PolicyPart>& parts_;
};

// Everything that is declared.
class AllParts {
 public:
  explicit AllParts(Parts& parts) noexcept : parts_(parts) {}

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
      const std::size_t entries = command->allow.size();
      for (std::size_t i = 0; entries > 1 && i < entries; ++i) {
        parts_.Add(Kind::kBranch, Below(Below(pointer, "command"), "allow", i));
      }
    }
    if (schema.items) Walk(*schema.items, Below(pointer, "items"));
    WalkMembers(schema.properties, Below(pointer, "properties"));
    if (schema.additional) Walk(*schema.additional, Below(pointer, "additionalProperties"));
  }

 private:
  Parts& parts_;
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
  void Walk(const Schema& schema, std::uint32_t i, MemberRange beside, const std::string& pointer) {
    const json::Value value = arguments_[i].value;
    if (schema.any || value.is_null()) return;
    for (std::size_t branch = 0; branch < schema.any_of.size(); ++branch) {
      if (!Accepts(*schema.any_of[branch], arguments_, i, beside)) continue;
      const std::string at = Below(pointer, "anyOf", branch);
      parts_.Add(Kind::kBranch, at);
      return Walk(*schema.any_of[branch], i, beside, at);
    }
    if (const CommandKind* const command = CommandOf(schema)) {
      return WalkCommand(schema, *command, i, beside, Below(pointer, "command"));
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
                   MemberRange beside, const std::string& pointer) {
    for (std::size_t entry = 0; command.allow.size() > 1 && entry < command.allow.size(); ++entry) {
      Schema alone = schema;
      std::get<CommandKind>(alone.kind).allow = {command.allow[entry]};
      if (!Accepts(alone, arguments_, i, beside)) continue;
      return parts_.Add(Kind::kBranch, Below(pointer, "allow", entry));
    }
  }

  const Arguments& arguments_;
  Parts& parts_;
};

}  // namespace

std::vector<PolicyPart> PartsOf(const Context& context) {
  std::vector<PolicyPart> parts;
  for (std::size_t i = 0; i < context.capabilities.size(); ++i) {
    std::vector<PolicyPart> of_one;
    Parts named(context, i, of_one);
    if (const auto& declared = context.capabilities[i].arguments) {
      AllParts all(named);
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
  return parts;
}

}  // namespace callgate::policy
