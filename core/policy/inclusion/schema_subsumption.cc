#include "core/policy/inclusion/schema_subsumption.h"

#include <algorithm>
#include <array>

#include "core/policy/inclusion/command_rule_relations.h"
#include "core/policy/inclusion/keyword_text.h"
#include "core/policy/inclusion/kind_subsumption.h"
#include "core/policy/inclusion/number_gap.h"
#include "core/policy/inclusion/object_shape.h"

namespace callgate::policy {
namespace {

using Gap = std::optional<SchemaGap>;

Gap At(std::string_view keyword, std::string_view entry = {}) {
  if (keyword.empty()) return std::nullopt;
  return SchemaGap{{}, std::string(keyword), std::string(entry)};
}

Gap OfKeyword(std::string_view keyword, const Schema& outer, const Schema& inner) {
  return At(keyword, BothTexts(keyword, outer, inner));
}

Gap Below(std::string_view step, Gap gap) {
  if (gap) gap->place = std::string(step) + (gap->place.empty() ? "" : ".") + gap->place;
  return gap;
}

bool AcceptsAnything(const Schema& schema) {
  return schema.any || std::any_of(schema.any_of.begin(), schema.any_of.end(),
                                   [](const SchemaPtr& one) { return AcceptsAnything(*one); });
}

bool HasKind(const Schema& schema) noexcept {
  return !std::holds_alternative<std::monostate>(schema.kind);
}

std::string_view FindLengthGap(const Schema& outer, const Schema& inner) {
  // No kind accepts an empty string.
  const std::uint64_t shortest =
      std::max<std::uint64_t>(inner.min_length.value_or(0), HasKind(inner) ? 1 : 0);
  if (outer.min_length && shortest < *outer.min_length) return "minLength";
  if (outer.max_length && (!inner.max_length || *inner.max_length > *outer.max_length)) {
    return "maxLength";
  }
  if (outer.pattern && (!inner.pattern || inner.pattern->text() != outer.pattern->text())) {
    return "pattern";
  }
  return {};
}

Gap FindStringGap(const Schema& outer, const Schema& inner, const Scope& scope) {
  if (const std::string_view gap = FindLengthGap(outer, inner); !gap.empty()) {
    return OfKeyword(gap, outer, inner);
  }
  if (!HasKind(outer)) return {};
  if (!HasKind(inner)) return At(NameOfKind(outer));
  const KindGap gap = FindKindGap(outer, inner, scope);
  return gap.entry.empty() ? OfKeyword(gap.keyword, outer, inner) : At(gap.keyword, gap.entry);
}

class Comparison {
 public:
  explicit Comparison(const Scope& scope) : scope_(scope) {}

  Gap Find(const Schema& outer, const Schema& inner) const {
    if (AcceptsAnything(outer)) return std::nullopt;
    if (inner.any) return At("any");
    if (AcceptsNull(inner) && !AcceptsNull(outer)) return OfKeyword("nullable", outer, inner);
    return FindInValues(outer, inner);
  }

  Gap FindInObjects(const ObjectShape& outer, const ObjectShape& inner) const {
    for (const DeclaredMember& member : inner.members()) {
      if (member.optional && AcceptsNothing(*member.schema) && !AcceptsNull(*member.schema)) {
        continue;
      }
      Gap gap = FindInMember(outer, member.name, *member.schema, member.optional);
      if (gap) return Below(member.name, std::move(gap));
    }
    for (const std::string_view name : inner.continuations()) {
      if (!outer.Continues(name)) return Below(name, At("args"));
    }
    for (const DeclaredMember& member : outer.members()) {
      if (!member.optional && FindMember(inner.members(), member.name) == nullptr) {
        return Below(member.name, At("optional"));
      }
    }
    if (Gap gap = FindInAdditional(outer, inner)) return gap;
    if (outer.max_properties() && inner.MostMembers() > *outer.max_properties()) {
      return At("maxProperties", std::to_string(*outer.max_properties()) + " of the parent");
    }
    return std::nullopt;
  }

 private:
  // Values other than null.
  Gap FindInValues(const Schema& outer, const Schema& inner) const {
    if (AcceptsAnything(outer) || AcceptsNothing(inner)) return std::nullopt;
    if (inner.any) return At("any");
    if (!inner.any_of.empty()) {
      for (const SchemaPtr& branch : inner.any_of) {
        if (Gap gap = FindInValues(outer, *branch)) return gap;
      }
      return std::nullopt;
    }
    if (std::holds_alternative<CommandKind>(inner.kind)) {
      return FindInCommand(outer, inner);
    }
    constexpr std::array kTypes = {kStringType,  kNumberType, kIntegerType,
                                   kBooleanType, kArrayType,  kObjectType};
    for (const JsonTypes type : kTypes) {
      if ((TypesOf(inner) & type) == 0) continue;
      // Every integer is a number.
      if (type == kIntegerType && (TypesOf(inner) & kNumberType) != 0) continue;
      const auto listed = ListOf(inner, type, scope_);
      if (!listed) {
        if (Gap gap = FindInType(outer, inner, type)) return gap;
        continue;
      }
      for (const Listed& value : *listed) {
        if (const auto keyword = FindRefusal(outer, value, scope_); !keyword.empty()) {
          return At(keyword, TextOf(value));
        }
      }
    }
    return std::nullopt;
  }

  // Whether `covers` finds no gap in the schema or, where it is one of branches, in one of them.
  template <typename Find>  // Gap(const Schema&)
  Gap InSomeBranch(const Schema& outer, Find&& find) const {
    if (outer.any) return std::nullopt;
    if (outer.any_of.empty()) return find(outer);
    const bool covered =
        std::any_of(outer.any_of.begin(), outer.any_of.end(),
                    [&](const SchemaPtr& branch) { return !InSomeBranch(*branch, find); });
    return covered ? std::nullopt : At("anyOf");
  }

  // Values of one type that `inner` does not list.
  Gap FindInType(const Schema& outer, const Schema& inner, JsonTypes type) const {
    return InSomeBranch(outer, [&](const Schema& around) -> Gap {
      const JsonTypes types = TypesOf(around);
      const bool has_type =
          (types & type) != 0 || (type == kIntegerType && (types & kNumberType) != 0);
      if (!has_type) {
        return HasKind(around) ? At(NameOfKind(around)) : OfKeyword("type", around, inner);
      }
      if (around.constants) {
        return OfKeyword(around.constants->size() == 1 ? "const" : "enum", around, inner);
      }
      switch (type) {
        case kNumberType:
        case kIntegerType:
          return OfKeyword(FindNumberGap(around, inner, type), around, inner);
        case kStringType:
          return FindStringGap(around, inner, scope_);
        case kArrayType:
          return FindInArray(around, inner);
        case kObjectType:
          return FindInObjects(ObjectShape(around), ObjectShape(inner));
        default:
          return std::nullopt;
      }
    });
  }

  Gap FindInArray(const Schema& outer, const Schema& inner) const {
    if (HasKind(outer)) return At(NameOfKind(outer));
    if (outer.min_items && inner.min_items.value_or(0) < *outer.min_items) {
      return OfKeyword("minItems", outer, inner);
    }
    if (outer.max_items && (!inner.max_items || *inner.max_items > *outer.max_items)) {
      return OfKeyword("maxItems", outer, inner);
    }
    if (inner.max_items == 0u) return std::nullopt;
    if (outer.unique_items && !inner.unique_items && inner.max_items != 1u) {
      return OfKeyword("uniqueItems", outer, inner);
    }
    return Below("items", Find(*outer.items, *inner.items));
  }

  Gap FindInCommand(const Schema& outer, const Schema& inner) const {
    return InSomeBranch(outer, [&](const Schema& around) -> Gap {
      if (const auto gap = FindLengthGap(around, inner); !gap.empty()) {
        return OfKeyword(gap, around, inner);
      }
      const auto& command = *std::get_if<CommandKind>(&inner.kind);
      if (const auto* outer_command = std::get_if<CommandKind>(&around.kind)) {
        Gap gap = FindCommandGap(*outer_command, command);
        return gap && gap->entry.empty() ? OfKeyword(gap->keyword, around, inner) : gap;
      }
      // To a schema of strings a command is one, where it is not a list.
      const bool is_string = (TypesOf(around) & kStringType) != 0 && !HasKind(around) &&
                             !around.constants && command.form == CommandKind::Form::kText;
      return is_string ? std::nullopt : At("command");
    });
  }

  Gap FindCommandGap(const CommandKind& outer, const CommandKind& inner) const {
    if (inner.args != outer.args) return At("args");
    if (outer.form != CommandKind::Form::kEither && inner.form != outer.form) return At("form");
    const bool has_lists = inner.form != CommandKind::Form::kText || !inner.args.empty();
    if (has_lists && inner.exec != outer.exec) return At("exec");
    const std::string rule = FindRuleBeyond(
        inner, outer,
        [this](const Schema& within, const Schema& around) { return !Find(around, within); });
    return rule.empty() ? std::nullopt : At("allow", rule);
  }

  // A member of `inner` by that name, or one that its propertyNames lists.
  Gap FindInMember(const ObjectShape& outer, std::string_view name, const Schema& schema,
                   bool optional) const {
    if (const DeclaredMember* member = FindMember(outer.members(), name)) {
      if (optional && !member->optional) return At("optional");
      return Find(*member->schema, schema);
    }
    if (outer.Continues(name)) return At("args");
    if (outer.additional() == nullptr) return At(outer.is_top() ? "arguments" : "properties");
    if (!outer.AcceptsName(name)) return At("propertyNames");
    return Find(*outer.additional(), schema);
  }

  // Members that `inner` does not list by name.
  Gap FindInAdditional(const ObjectShape& outer, const ObjectShape& inner) const {
    const Schema* const additional = inner.additional();
    if (additional == nullptr || (AcceptsNothing(*additional) && !AcceptsNull(*additional))) {
      return std::nullopt;
    }
    const std::string_view keyword = inner.is_top() ? "other_arguments" : "additionalProperties";
    if (const auto names = inner.ListedNames()) {
      for (const std::string_view name : *names) {
        if (FindMember(inner.members(), name) != nullptr) continue;
        if (Gap gap = FindInMember(outer, name, *additional, true)) {
          return Below(name, std::move(gap));
        }
      }
      return std::nullopt;
    }
    if (outer.additional() == nullptr) return At(keyword);
    if (outer.names() != nullptr &&
        (inner.names() == nullptr || Find(*outer.names(), *inner.names()))) {
      return At("propertyNames");
    }
    for (const std::string_view key : {"__proto__", "constructor", "prototype"}) {
      if (inner.MayAccept(key) && !outer.AcceptsName(key) &&
          FindMember(outer.members(), key) == nullptr) {
        return At("propertyNames");
      }
    }
    for (const DeclaredMember& member : outer.members()) {
      if (FindMember(inner.members(), member.name) != nullptr || !inner.MayAccept(member.name)) {
        continue;
      }
      if (Gap gap = Find(*member.schema, *additional)) {
        return Below(member.name, std::move(gap));
      }
    }
    for (const std::string_view name : outer.continuations()) {
      if (FindMember(inner.members(), name) == nullptr && !inner.Continues(name) &&
          inner.MayAccept(name)) {
        return Below(name, At("args"));
      }
    }
    return Below(keyword, Find(*outer.additional(), *additional));
  }

  const Scope& scope_;
};

}  // namespace

std::optional<SchemaGap> FindGap(const DeclaredArguments& outer, const DeclaredArguments& inner) {
  const Scope scope{outer, inner};
  return Comparison(scope).FindInObjects(ObjectShape(outer), ObjectShape(inner));
}

std::optional<SchemaGap> FindGap(const Schema& outer, const Schema& inner, const Scope& scope) {
  return Comparison(scope).Find(outer, inner);
}

}  // namespace callgate::policy
