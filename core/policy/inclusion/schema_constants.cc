#include "core/policy/inclusion/schema_constants.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/entry_relations.h"
#include "core/policy/inclusion/kind_subsumption.h"
#include "core/policy/values/number.h"

namespace callgate::policy {
namespace {

constexpr std::int64_t kMaxInteger = 9007199254740991;  // 2^53 - 1
// A range of more integers than these is compared by its ends.
constexpr std::int64_t kMaxListed = 64;

// A value that is an integer, whatever its spelling.
std::optional<std::int64_t> ValueAsInteger(std::string_view text) noexcept {
  const auto value = static_cast<std::int64_t>(std::clamp(NearestDouble(text),
                                                          -static_cast<double>(kMaxInteger) - 1,
                                                          static_cast<double>(kMaxInteger) + 1));
  if (value < -kMaxInteger || value > kMaxInteger) return std::nullopt;
  if (CompareNumbers(std::to_string(value), text) != 0) return std::nullopt;
  return value;
}

std::size_t CodePoints(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool IsEqual(const Constant& a, const Constant& b) noexcept {
  if (a.index() != b.index()) return false;
  if (const auto* number = std::get_if<JsonNumber>(&a)) {
    return CompareNumbers(number->text, std::get_if<JsonNumber>(&b)->text) == 0;
  }
  if (const auto* text = std::get_if<std::string>(&a)) return *text == *std::get_if<0>(&b);
  return *std::get_if<bool>(&a) == *std::get_if<bool>(&b);
}

// Bounds hold for the number as written and for its nearest double.
std::string_view FindBound(const Schema& schema, std::string_view number) noexcept {
  const double nearest = NearestDouble(number);
  const auto holds = [&](const std::optional<JsonNumber>& bound, auto compare) {
    return !bound || (compare(CompareNumbers(number, bound->text) <=> 0) &&
                      compare(nearest <=> NearestDouble(bound->text)));
  };
  if (!holds(schema.minimum, [](auto order) { return order >= 0; })) return "minimum";
  if (!holds(schema.maximum, [](auto order) { return order <= 0; })) return "maximum";
  if (!holds(schema.exclusive_minimum, [](auto order) { return order > 0; })) {
    return "exclusiveMinimum";
  }
  if (!holds(schema.exclusive_maximum, [](auto order) { return order < 0; })) {
    return "exclusiveMaximum";
  }
  return {};
}

std::string_view FindNumberRefusal(const Schema& schema, std::string_view number,
                                   bool as_integer) noexcept {
  if (HasHugeExponent(number)) return "const";
  const JsonTypes types = TypesOf(schema);
  const auto integer = ValueAsInteger(number);
  // Other spellings of the value are no integers.
  if ((types & kNumberType) == 0 && !(as_integer && integer && (types & kIntegerType) != 0)) {
    return "type";
  }
  if (const std::string_view bound = FindBound(schema, number); !bound.empty()) return bound;
  if (schema.multiple_of && (!integer || std::abs(*integer) % *schema.multiple_of != 0)) {
    return "multipleOf";
  }
  return {};
}

std::string_view FindTextRefusal(const Schema& schema, std::string_view text, const Scope& scope) {
  if ((TypesOf(schema) & kStringType) == 0) return "type";
  const std::size_t length = CodePoints(text);
  if (schema.min_length && length < *schema.min_length) return "minLength";
  if (schema.max_length && length > *schema.max_length) return "maxLength";
  if (schema.pattern && !schema.pattern->Matches(text)) return "pattern";
  return FindKindRefusal(schema, text, scope);
}

// What every entry allows, one of the excepted ones takes away.
bool AllowsNothing(const PathKind& kind) {
  return std::all_of(kind.allow.begin(), kind.allow.end(), [&](const PathEntry& entry) {
    const PathSet allowed = PathSet::OfAllowed(entry);
    return std::any_of(kind.except.begin(), kind.except.end(), [&](const PathEntry& except) {
      return allowed.IsWithin(PathSet::OfDenied(except));
    });
  });
}

bool AllowsNothing(const HostKind& kind) {
  return std::all_of(kind.allow.begin(), kind.allow.end(), [&](const DomainEntry& entry) {
    return std::any_of(kind.except.begin(), kind.except.end(),
                       [&](const DomainEntry& except) { return DeniesAllowed(entry, except); });
  });
}

}  // namespace

std::string_view NameOfKind(const Schema& schema) noexcept {
  if (std::holds_alternative<PathKind>(schema.kind)) return "path";
  if (std::holds_alternative<UriKind>(schema.kind)) return "uri";
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) return host->url ? "url" : "host";
  return "command";
}

JsonTypes TypesOf(const Schema& schema) noexcept {
  if (std::holds_alternative<CommandKind>(schema.kind)) return kStringType | kArrayType;
  if (!std::holds_alternative<std::monostate>(schema.kind)) return kStringType;
  if (schema.types != 0) return schema.types;
  return schema.constants ? kStringType | kNumberType | kBooleanType : JsonTypes{0};
}

bool AcceptsNull(const Schema& schema) noexcept {
  return schema.any || schema.nullable ||
         std::any_of(schema.any_of.begin(), schema.any_of.end(),
                     [](const SchemaPtr& branch) { return AcceptsNull(*branch); });
}

bool AcceptsNothing(const Schema& schema) {
  if (schema.any) return false;
  if (!schema.any_of.empty()) {
    return std::all_of(schema.any_of.begin(), schema.any_of.end(),
                       [](const SchemaPtr& branch) { return AcceptsNothing(*branch); });
  }
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) return AllowsNothing(*path);
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) return AllowsNothing(*host);
  if (const auto* uri = std::get_if<UriKind>(&schema.kind)) return uri->allow.empty();
  if (const auto* command = std::get_if<CommandKind>(&schema.kind)) return command->allow.empty();
  if (schema.types == kArrayType) {
    return schema.min_items.value_or(0) > 0 && schema.items != nullptr &&
           AcceptsNothing(*schema.items) && !AcceptsNull(*schema.items);
  }
  if (schema.types == kObjectType) {
    return std::any_of(
        schema.properties.begin(), schema.properties.end(), [](const DeclaredMember& member) {
          return !member.optional && AcceptsNothing(*member.schema) && !AcceptsNull(*member.schema);
        });
  }
  return false;
}

std::optional<std::vector<Listed>> ListOf(const Schema& schema, JsonTypes type,
                                          const Scope& scope) {
  std::vector<Listed> all;
  const bool as_integer = (TypesOf(schema) & kNumberType) == 0;
  if (schema.constants) {
    for (const Constant& constant : *schema.constants) all.push_back({constant, as_integer});
  } else if (type == kBooleanType) {
    all = {{true}, {false}};
  } else if (type == kIntegerType && schema.minimum && schema.maximum) {
    const auto from = ValueAsInteger(schema.minimum->text);
    const auto to = ValueAsInteger(schema.maximum->text);
    if (!from || !to || *to - *from > kMaxListed) return std::nullopt;
    for (std::int64_t i = *from; i <= *to; ++i) {
      all.push_back({JsonNumber{std::to_string(i)}, true});
    }
  } else {
    return std::nullopt;
  }
  std::erase_if(all, [&](const Listed& listed) {
    const bool is_of_type = std::holds_alternative<bool>(listed.value) ? type == kBooleanType
                            : std::holds_alternative<std::string>(listed.value)
                                ? type == kStringType
                                : (type & (kNumberType | kIntegerType)) != 0;
    return !is_of_type || !FindRefusal(schema, listed, scope).empty();
  });
  return all;
}

std::string_view FindRefusal(const Schema& schema, const Listed& value, const Scope& scope) {
  if (schema.any) return {};
  if (!schema.any_of.empty()) {
    const bool accepted = std::any_of(
        schema.any_of.begin(), schema.any_of.end(),
        [&](const SchemaPtr& branch) { return FindRefusal(*branch, value, scope).empty(); });
    return accepted ? "" : "anyOf";
  }
  if (schema.constants &&
      std::none_of(schema.constants->begin(), schema.constants->end(),
                   [&](const Constant& constant) { return IsEqual(constant, value.value); })) {
    return schema.constants->size() == 1 ? "const" : "enum";
  }
  if (const auto* number = std::get_if<JsonNumber>(&value.value)) {
    return FindNumberRefusal(schema, number->text, value.as_integer);
  }
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    return FindTextRefusal(schema, *text, scope);
  }
  return (TypesOf(schema) & kBooleanType) != 0 ? "" : "type";
}

const DeclaredMember* FindMember(const std::vector<DeclaredMember>& members,
                                 std::string_view name) {
  const auto it = std::lower_bound(
      members.begin(), members.end(), name,
      [](const DeclaredMember& member, std::string_view wanted) { return member.name < wanted; });
  return it != members.end() && it->name == name ? &*it : nullptr;
}

bool IsPrototypeKey(std::string_view key) noexcept {
  return key == "__proto__" || key == "constructor" || key == "prototype";
}

}  // namespace callgate::policy
