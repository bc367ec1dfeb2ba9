#include "core/policy/document/constant_keywords.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/values/number.h"

namespace callgate::policy {
namespace {

using Kind = Document::Kind;

struct TypeName {
  std::string_view name;
  JsonTypes type;
};
constexpr TypeName kTypeNames[] = {
    {"string", kStringType},   {"number", kNumberType}, {"integer", kIntegerType},
    {"boolean", kBooleanType}, {"array", kArrayType},   {"object", kObjectType},
};
constexpr JsonTypes kScalarTypes = kStringType | kNumberType | kIntegerType | kBooleanType;

bool ReadTypeName(FormReader& forms, std::uint32_t node, JsonTypes among, JsonTypes& types) {
  if (forms[node].kind == Kind::kNull || forms[node].text == "null") {
    return forms.Fail(node, "schema.type",
                      "expected nullable: true with another type, instead of null");
  }
  for (const TypeName& known : kTypeNames) {
    if (known.name != forms[node].text) continue;
    if ((known.type & among) == 0) break;
    if ((known.type & types) != 0)
      return forms.Fail(node, "schema.type", "expected each type once");
    types |= known.type;
    return true;
  }
  const auto name_of = [among](const TypeName& known) {
    return (known.type & among) != 0 ? known.name : std::string_view();
  };
  return forms.Fail(node, "schema.type",
                    "expected " + NamesOf(among) +
                        (among == kScalarTypes ? " in a list of types" : "") +
                        forms.Question(forms[node].text, kTypeNames, name_of));
}

bool ReadConstant(FormReader& forms, std::uint32_t node, std::vector<Constant>& constants) {
  constexpr const char* kExpected = "expected a string, a number, true or false";
  switch (forms[node].kind) {
    case Kind::kString:
      constants.emplace_back(std::string(forms[node].text));
      return true;
    case Kind::kTrue:
    case Kind::kFalse:
      constants.emplace_back(forms[node].kind == Kind::kTrue);
      return true;
    case Kind::kNumber: {
      auto number = ReadNumber(forms, node, kExpected);
      if (!number) return false;
      constants.emplace_back(*std::move(number));
      return true;
    }
    case Kind::kNull:
      return forms.Fail(node, "schema.const",
                        "expected nullable: true with a type, instead of null");
    case Kind::kList:
    case Kind::kMap:
      break;
  }
  return forms.Fail(node, "schema.enum", kExpected);
}

bool IsBefore(const Constant& a, const Constant& b) {
  if (a.index() != b.index()) return a.index() < b.index();
  if (const auto* number = std::get_if<JsonNumber>(&a)) {
    return std::is_lt(CompareNumbers(number->text, std::get<JsonNumber>(b).text));
  }
  if (const auto* text = std::get_if<std::string>(&a)) return *text < std::get<std::string>(b);
  return std::get<bool>(a) < std::get<bool>(b);
}

void WriteConstant(const Constant& constant, std::string& out) {
  if (const auto* number = std::get_if<JsonNumber>(&constant)) {
    out += number->text;
  } else if (const auto* text = std::get_if<std::string>(&constant)) {
    json::AppendString(*text, out);
  } else {
    out += std::get<bool>(constant) ? "true" : "false";
  }
}

}  // namespace

bool ReadType(FormReader& forms, std::uint32_t node, Schema& schema) {
  constexpr JsonTypes kEvery = kScalarTypes | kArrayType | kObjectType;
  if (forms[node].kind != Kind::kList) return ReadTypeName(forms, node, kEvery, schema.types);
  if (forms[node].end == node + 1)
    return forms.Fail(node, "schema.type", "expected at least one type");
  bool ok = true;
  for (std::uint32_t i = node + 1; i < forms[node].end; i = forms[i].end) {
    ok = ReadTypeName(forms, i, kScalarTypes, schema.types) && ok;
  }
  if ((schema.types & kNumberType) != 0) schema.types &= ~kIntegerType;  // says no more
  return ok;
}

void WriteType(const Schema& schema, std::string& out) {
  if (schema.types == 0 || schema.kind.index() != 0) return;
  std::vector<std::string_view> names;
  for (const TypeName& known : kTypeNames) {
    if ((schema.types & known.type) != 0) names.push_back(known.name);
  }
  if (names.size() == 1) return json::AppendString(names[0], out);
  json::WriteList(names, out, [&](std::string_view name) { json::AppendString(name, out); });
}

std::optional<JsonNumber> ReadNumber(FormReader& forms, std::uint32_t node, const char* expected) {
  constexpr std::size_t kMostCharacters = 128;
  if (forms[node].kind != Kind::kNumber) {
    forms.Fail(node, "doc.wrong-type", expected);
    return std::nullopt;
  }
  const std::string_view text = forms[node].text;
  const double nearest = NearestDouble(text);
  const bool is_zero = std::is_eq(CompareNumbers(text, "0"));
  if (text.size() > kMostCharacters || !std::isfinite(nearest) || (nearest == 0) != is_zero) {
    forms.Fail(node, "schema.number-text",
               "expected a number of at most 128 characters that a double can hold");
    return std::nullopt;
  }
  return JsonNumber(CanonicalNumber(text));
}

bool ReadConst(FormReader& forms, std::uint32_t node, Schema& schema) {
  return ReadConstant(forms, node, schema.constants.emplace());
}

bool ReadEnum(FormReader& forms, std::uint32_t node, Schema& schema) {
  constexpr const char* kExpected =
      "expected a list of strings, numbers and booleans, at least one";
  if (forms[node].kind != Kind::kList) return forms.Fail(node, "doc.wrong-type", kExpected);
  if (forms[node].end == node + 1) return forms.Fail(node, "schema.empty", kExpected);
  auto& constants = schema.constants.emplace();
  bool ok = true;
  for (std::uint32_t i = node + 1; i < forms[node].end; i = forms[i].end) {
    ok = ReadConstant(forms, i, constants) && ok;
  }
  std::ranges::sort(constants, IsBefore);
  const auto same = [](const Constant& a, const Constant& b) { return !IsBefore(a, b); };  // sorted
  constants.erase(std::unique(constants.begin(), constants.end(), same), constants.end());
  return ok;
}

// One value is written as const, several as enum.
void WriteConst(const Schema& schema, std::string& out) {
  if (schema.constants && schema.constants->size() == 1) WriteConstant((*schema.constants)[0], out);
}

void WriteEnum(const Schema& schema, std::string& out) {
  if (!schema.constants || schema.constants->size() == 1) return;
  json::WriteList(*schema.constants, out,
                  [&](const Constant& constant) { WriteConstant(constant, out); });
}

std::string NamesOf(JsonTypes types) {
  std::string names;
  for (const TypeName& known : kTypeNames) {
    if ((types & known.type) == 0) continue;
    types &= ~known.type;
    if (!names.empty()) names += types == 0 ? " or " : ", ";
    names += known.name;
  }
  return names;
}

}  // namespace callgate::policy
