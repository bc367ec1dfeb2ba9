#include "core/policy/document/schema_checks.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/policy/document/number_bounds.h"

namespace callgate::policy {
namespace {

constexpr JsonTypes kNumberTypes = kNumberType | kIntegerType;
constexpr JsonTypes kScalarTypes = kStringType | kNumberTypes | kBooleanType;

JsonTypes TypesOf(const Constant& constant) noexcept {
  if (std::holds_alternative<std::string>(constant)) return kStringType;
  return std::holds_alternative<bool>(constant) ? kBooleanType : kNumberTypes;
}

std::uint64_t CodePoints(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// What the other keywords of the schema say of a constant.
bool Accepts(const Schema& schema, const Constant& constant) {
  if (schema.types != 0 && (schema.types & TypesOf(constant)) == 0) return false;
  if (const auto* number = std::get_if<JsonNumber>(&constant)) {
    if ((schema.types & kNumberTypes) == kIntegerType && !IsIntegerOf(schema, number->text)) {
      return false;
    }
    return MeetsBounds(schema, number->text);
  }
  if (const auto* text = std::get_if<std::string>(&constant)) {
    const std::uint64_t length = CodePoints(*text);
    return (!schema.min_length || length >= *schema.min_length) &&
           (!schema.max_length || length <= *schema.max_length) &&
           (!schema.pattern || schema.pattern->Matches(*text));
  }
  return true;
}

bool CheckConstants(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  if (!schema.constants) return true;
  if (places.Has("enum") && places.Has("const")) {
    return forms.Fail(std::max(places["enum"].key, places["const"].key), "schema.form",
                      "expected enum or const, not both");
  }
  const auto accepts = [&](const Constant& constant) { return Accepts(schema, constant); };
  if (std::ranges::any_of(*schema.constants, accepts)) return true;
  if (places.Has("const")) {
    return forms.Fail(places["const"].value, "schema.empty",
                      "expected a value that the other keywords accept");
  }
  return forms.Fail(places["enum"].value, "schema.empty",
                    "expected a list with a value that the other keywords accept");
}

bool CheckBounds(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  if ((schema.types & kNumberTypes) == 0 || schema.constants || LeavesANumber(schema)) return true;
  std::uint32_t last = 0;
  for (const char* bound :
       {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}) {
    if (places.Has(bound)) last = std::max(last, places[bound].value);
  }
  return forms.Fail(last, "schema.empty",
                    "expected bounds that some " +
                        std::string((schema.types & kNumberType) != 0 ? "number" : "integer") +
                        " meets");
}

bool CheckString(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  if (!schema.min_length || !schema.max_length || *schema.min_length <= *schema.max_length) {
    return true;
  }
  return forms.Fail(std::max(places["minLength"].value, places["maxLength"].value), "schema.empty",
                    "expected a minLength of at most the maxLength");
}

// Without members: its values are equal as texts or numbers are.
bool IsScalar(const Schema& schema) {
  if (schema.any) return false;
  if (!schema.any_of.empty()) {
    return std::ranges::all_of(schema.any_of, [](const SchemaPtr& it) { return IsScalar(*it); });
  }
  return (schema.types & ~kScalarTypes) == 0;
}

// How many values a schema of constants or booleans accepts; nullopt for any other.
std::optional<std::uint64_t> CountOf(const Schema& schema) noexcept {
  if (schema.constants) return schema.constants->size() + (schema.nullable ? 1 : 0);
  if (schema.types == kBooleanType) return schema.nullable ? 3 : 2;
  return std::nullopt;
}

bool CheckArray(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  constexpr std::uint64_t kMostUnique = 64;
  if (schema.types != kArrayType || schema.constants || schema.kind.index() != 0) return true;
  if (!schema.items)
    return forms.Fail(places["type"].value, "schema.items", "expected items with type: array");
  if (schema.min_items && schema.max_items && *schema.min_items > *schema.max_items) {
    return forms.Fail(std::max(places["minItems"].value, places["maxItems"].value), "schema.empty",
                      "expected minItems of at most maxItems");
  }
  if (!schema.unique_items) return true;
  const std::optional<std::uint64_t> values = CountOf(*schema.items);
  if (values && schema.min_items && *schema.min_items > *values) {
    return forms.Fail(places["minItems"].value, "schema.empty",
                      "expected minItems of at most the " + std::to_string(*values) +
                          " values that items accepts");
  }
  if (!IsScalar(*schema.items)) {
    return forms.Fail(places["uniqueItems"].key, "schema.unique",
                      "expected items that are strings, numbers or booleans with uniqueItems");
  }
  if (!schema.max_items || *schema.max_items > kMostUnique) {
    return forms.Fail(places["uniqueItems"].key, "schema.unique",
                      "expected a maxItems of at most 64 with uniqueItems");
  }
  return true;
}

// A schema of keys, which says something of strings alone.
bool IsOfNames(const Schema& schema) noexcept {
  if (schema.kind.index() != 0 || schema.nullable) return false;
  if (!schema.constants) return schema.types == kStringType;
  return std::ranges::all_of(*schema.constants, [](const Constant& constant) {
    return std::holds_alternative<std::string>(constant);
  });
}

bool CheckObject(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  if (schema.types != kObjectType || schema.constants) return true;
  if (!places.Has("properties") && !schema.additional) {
    return forms.Fail(places["type"].value, "schema.closed",
                      "expected properties or additionalProperties with type: object");
  }
  if (schema.additional && !schema.property_names) {
    return forms.Fail(places["additionalProperties"].key, "schema.additional",
                      "expected propertyNames with additionalProperties");
  }
  if (schema.additional && !schema.max_properties) {
    return forms.Fail(places["additionalProperties"].key, "schema.additional",
                      "expected maxProperties with additionalProperties");
  }
  if (schema.property_names && !schema.additional) {
    return forms.Fail(places["propertyNames"].key, "schema.additional",
                      "expected additionalProperties with propertyNames");
  }
  if (schema.property_names && !IsOfNames(*schema.property_names)) {
    return forms.Fail(places["propertyNames"].value, "schema.additional",
                      "expected a schema of strings: type: string, or an enum or const");
  }
  const auto needed = std::ranges::count(schema.properties, false, &DeclaredMember::optional);
  if (schema.max_properties && static_cast<std::uint64_t>(needed) > *schema.max_properties) {
    return forms.Fail(places["maxProperties"].value, "schema.empty",
                      "expected maxProperties of at least the " + std::to_string(needed) +
                          " members that must be there");
  }
  return true;
}

}  // namespace

const Member& KeywordPlaces::operator[](std::string_view keyword) const noexcept {
  return *std::ranges::find(members, keyword, &Member::name);
}

bool CheckKeywords(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  bool ok = CheckBounds(forms, places, schema);
  ok = CheckString(forms, places, schema) && ok;
  ok = CheckArray(forms, places, schema) && ok;
  ok = CheckObject(forms, places, schema) && ok;
  return CheckConstants(forms, places, schema) && ok;
}

void KeepAcceptedConstants(Schema& schema) {
  if (!schema.constants) return;
  std::erase_if(*schema.constants,
                [&](const Constant& constant) { return !Accepts(schema, constant); });
  JsonTypes types = 0;
  for (const Constant& constant : *schema.constants) types |= TypesOf(constant);
  // An integer must be written as one, which its value does not say.
  const bool says_integer = (schema.types & types & kIntegerType) != 0;
  schema.types = says_integer ? schema.types & types : 0;
  schema.minimum.reset();
  schema.maximum.reset();
  schema.exclusive_minimum.reset();
  schema.exclusive_maximum.reset();
  schema.multiple_of.reset();
  schema.min_length.reset();
  schema.max_length.reset();
  schema.pattern.reset();
}

}  // namespace callgate::policy
