#include "core/policy/counterexample/schema_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/policy/counterexample/command_texts.h"
#include "core/policy/counterexample/larger_objects.h"
#include "core/policy/counterexample/string_values.h"
#include "core/policy/inclusion/object_shape.h"
#include "core/policy/inclusion/schema_constants.h"
#include "core/policy/values/number.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxValues = 64;    // of one schema
constexpr std::uint64_t kMaxItems = 128;  // of a list that is tried

JsonTexts Cut(JsonTexts values, std::size_t most = kMaxValues) {
  if (values.size() > most) values.resize(most);
  return values;
}

// The neighbours with their branches, so that each says something by itself.
Neighbours Flat(const Neighbours& neighbours) {
  Neighbours flat;
  for (const Schema* neighbour : neighbours) {
    flat.push_back(neighbour);
    for (const SchemaPtr& branch : neighbour->any_of) {
      for (const Schema* below : Flat({branch.get()})) flat.push_back(below);
    }
  }
  return flat;
}

std::string Json(const Constant& constant) {
  if (const auto* text = std::get_if<std::string>(&constant)) return JsonString(*text);
  if (const auto* number = std::get_if<JsonNumber>(&constant)) return number->text;
  return *std::get_if<bool>(&constant) ? "true" : "false";
}

// Of any type, for what accepts anything, and to be refused by what does not.
constexpr auto kAnything = std::to_array<std::string_view>(
    {"1", "null", "true", R"("x-unlisted")", "[]", R"({"x-unlisted":1})", "-1.5", "[1]", "{}",
     R"("/x-unlisted")", R"("https://x-unlisted.example/")", R"([null])"});

std::string Shifted(std::string_view number, double by) {
  const double shifted = NearestDouble(number) + by;
  if (!std::isfinite(shifted)) return std::string(number);
  std::array<char, 64> text{};
  const bool whole = shifted == std::floor(shifted) && std::abs(shifted) < 1e15;
  const int size = std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.17g", shifted);
  const std::string written(text.data(), static_cast<std::size_t>(size));
  return written == "-0" ? "0" : written;
}

// At and beside each end of an interval, and each constant, of the schema and its neighbours.
JsonTexts NumbersOf(const Schema& schema, const Neighbours& neighbours) {
  JsonTexts all;
  const auto around = [&](const std::string& number) {
    AppendUnique(all, number);
    for (const double by : {-1.0, 1.0, -0.5, 0.5}) AppendUnique(all, Shifted(number, by));
  };
  const auto ends = [&](const Schema& one) {
    for (const auto* bound :
         {&one.minimum, &one.maximum, &one.exclusive_minimum, &one.exclusive_maximum}) {
      if (*bound) around((*bound)->text);
    }
    if (one.multiple_of) {
      const auto step = static_cast<double>(*one.multiple_of);
      AppendUnique(all, Shifted("0", step));
      AppendUnique(all, Shifted("0", -step));
      if (schema.minimum) {
        const double first = std::ceil(NearestDouble(schema.minimum->text) / step) * step;
        AppendUnique(all, Shifted("0", first));
        AppendUnique(all, Shifted("0", first + step));
      }
      if (schema.maximum) {
        AppendUnique(all,
                     Shifted("0", std::floor(NearestDouble(schema.maximum->text) / step) * step));
      }
    }
    if (!one.constants) return;
    for (const Constant& constant : *one.constants) {
      if (const auto* number = std::get_if<JsonNumber>(&constant)) around(number->text);
    }
  };
  ends(schema);
  for (const char* plain : {"1", "0", "2", "3", "-1", "1.5", "1e3", "1.0", "9007199254740991"}) {
    AppendUnique(all, plain);
  }
  for (const Schema* neighbour : neighbours) ends(*neighbour);
  const DeclaredArguments none;
  std::erase_if(all, [&](const std::string& number) {
    const bool as_integer = number.find_first_of(".eE") == std::string::npos;
    return !FindRefusal(schema, {JsonNumber{number}, as_integer}, {none, none}).empty();
  });
  return all;
}

JsonTexts ConstantsOf(const Schema& schema) {
  JsonTexts values;
  for (const Constant& constant : *schema.constants) {
    values.push_back(Json(constant));
    if (values.size() == kMaxValues) break;
  }
  for (const Constant& constant : *schema.constants) {
    const auto* const number = std::get_if<JsonNumber>(&constant);
    if (number == nullptr || number->text.find_first_of(".eE") != std::string::npos) continue;
    AppendUnique(values, number->text + ".0");  // another spelling
    break;
  }
  return values;
}

JsonTexts ListsOf(const Schema& schema, const Neighbours& neighbours) {
  Neighbours below;
  std::vector<std::uint64_t> sizes = {
      schema.min_items.value_or(0), schema.min_items.value_or(0) + 1, schema.max_items.value_or(2)};
  for (const Schema* neighbour : neighbours) {
    if (neighbour->items != nullptr) below.push_back(neighbour->items.get());
    if (neighbour->max_items) sizes.push_back(*neighbour->max_items + 1);
    if (neighbour->min_items && *neighbour->min_items > 0)
      sizes.push_back(*neighbour->min_items - 1);
  }
  const JsonTexts elements = ValuesOf(*schema.items, below);
  JsonTexts lists;
  const auto list = [&](std::uint64_t size, std::size_t first) {
    if (size < schema.min_items.value_or(0) || size > schema.max_items.value_or(kMaxItems) ||
        size > kMaxItems || (elements.empty() && size > 0)) {
      return;
    }
    JsonTexts texts;
    for (std::uint64_t i = 0; i < size; ++i) {
      texts.push_back(elements[(first + (schema.unique_items ? i : 0)) % elements.size()]);
    }
    AppendUnique(lists, JsonList(texts));
  };
  for (const std::uint64_t size : sizes) list(size, 0);
  if (!elements.empty()) {
    const std::uint64_t size = std::max<std::uint64_t>(schema.min_items.value_or(0), 1);
    for (std::size_t i = 1; i < elements.size(); ++i) list(size, i);
    if (size < 2) list(2, 0);
  }
  return Cut(std::move(lists));
}

std::vector<DeclaredChoice> ChoicesOf(const ObjectShape& shape,
                                      const std::vector<ObjectShape>& neighbours,
                                      const Neighbours& further) {
  std::vector<DeclaredChoice> choices;
  const auto sames = [&](std::string_view name) {
    Neighbours same = further;
    for (const ObjectShape& other : neighbours) {
      if (const DeclaredMember* member = FindMember(other.members(), name)) {
        same.push_back(member->schema.get());
      } else if (other.additional() != nullptr) {
        same.push_back(other.additional());
      }
    }
    return same;
  };
  for (const DeclaredMember& member : shape.members()) {
    const Neighbours same = sames(member.name);
    choices.push_back({member.name, ValuesOf(*member.schema, same), member.optional});
    const auto* const command = std::get_if<CommandKind>(&member.schema->kind);
    if (command != nullptr && !command->args.empty()) {
      choices.push_back({command->args, ContinuationsOf(*command, same), true});
    }
  }
  if (shape.additional() == nullptr) return choices;
  std::vector<std::string> names;
  if (const auto listed = shape.ListedNames()) {
    names.assign(listed->begin(), listed->end());
  } else {
    names = {std::string(kUnlisted), "x", "path", "url", "command", "X_1"};
    if (shape.names() != nullptr) {
      for (std::string& text : StringsOf(*shape.names(), {})) names.push_back(std::move(text));
    }
    for (const ObjectShape& other : neighbours) {
      for (const DeclaredMember& member : other.members()) names.push_back(member.name);
    }
  }
  std::size_t added = 0;
  for (const std::string& name : names) {
    if (FindMember(shape.members(), name) != nullptr || !shape.MayAccept(name)) continue;
    if (std::any_of(choices.begin(), choices.end(),
                    [&](const DeclaredChoice& choice) { return choice.name == name; })) {
      continue;
    }
    choices.push_back({name, ValuesOf(*shape.additional(), sames(name)), true});
    if (++added == 8) break;
  }
  return choices;
}

JsonTexts ObjectsOf(const Schema& schema, const Neighbours& neighbours) {
  std::vector<ObjectShape> shapes;
  for (const Schema* neighbour : neighbours) shapes.emplace_back(*neighbour);
  const auto choices = ChoicesOf(ObjectShape(schema), shapes, {});
  JsonTexts objects;
  // `changed` has the value at `value`, the others their first; optional ones only where `all`.
  const auto append = [&](std::size_t changed, std::size_t value, bool all) {
    Fragment members;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (choices[i].values.empty()) continue;
      if (i != changed && choices[i].optional && !all) continue;
      members.emplace_back(choices[i].name, choices[i].values[i == changed ? value : 0]);
    }
    AppendUnique(objects, JsonObject(members));
  };
  append(choices.size(), 0, false);
  append(choices.size(), 0, true);
  AppendLargerObjects(objects, schema, choices, neighbours);
  for (std::size_t value = 0; value < kMaxValues && objects.size() < kMaxValues; ++value) {
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (value < choices[i].values.size()) append(i, value, false);
    }
  }
  return Cut(std::move(objects));
}

JsonTexts ValuesOfType(const Schema& schema, JsonTypes type, const Neighbours& neighbours) {
  switch (type) {
    case kNumberType:
    case kIntegerType:
      return NumbersOf(schema, neighbours);
    case kStringType: {
      JsonTexts values;
      for (const std::string& text : StringsOf(schema, neighbours)) {
        values.push_back(JsonString(text));
      }
      return values;
    }
    case kBooleanType:
      return {"true", "false"};
    case kArrayType:
      return schema.items == nullptr ? JsonTexts{} : ListsOf(schema, neighbours);
    default:
      return ObjectsOf(schema, neighbours);
  }
}

}  // namespace

JsonTexts ValuesOf(const Schema& schema, const Neighbours& unsorted) {
  const Neighbours neighbours = Flat(unsorted);
  JsonTexts values;
  if (schema.any) {
    values.assign(kAnything.begin(), kAnything.end());
    for (const Schema* neighbour : neighbours) {
      if (neighbour->any) continue;
      const bool is_command = std::holds_alternative<CommandKind>(neighbour->kind);
      for (const std::string& value : Cut(ValuesOf(*neighbour, {}), 8)) {
        AppendUnique(values, is_command ? JsonObject({{"command", value}}) : value);
      }
    }
    return values;
  }
  std::vector<JsonTexts> parts;
  for (const SchemaPtr& branch : schema.any_of) parts.push_back(ValuesOf(*branch, neighbours));
  if (schema.constants) {
    parts.push_back(ConstantsOf(schema));
  } else if (const auto* command = std::get_if<CommandKind>(&schema.kind)) {
    parts.push_back(CommandsOf(*command, neighbours));
  } else {
    constexpr std::array kTypes = {kStringType,  kIntegerType, kNumberType,
                                   kBooleanType, kArrayType,   kObjectType};
    for (const JsonTypes type : kTypes) {
      if ((TypesOf(schema) & type) != 0) parts.push_back(ValuesOfType(schema, type, neighbours));
    }
  }
  for (std::size_t i = 0; values.size() < kMaxValues; ++i) {  // of each part in turn
    bool more = false;
    for (const JsonTexts& part : parts) {
      if (i >= part.size()) continue;
      AppendUnique(values, part[i]);
      more = true;
    }
    if (!more) break;
  }
  if (schema.nullable) values.emplace_back("null");
  return values;
}

std::vector<DeclaredChoice> ChoicesOf(const DeclaredArguments& declared,
                                      const std::vector<const DeclaredArguments*>& neighbours,
                                      const Neighbours& further) {
  std::vector<ObjectShape> shapes;
  for (const DeclaredArguments* neighbour : neighbours) shapes.emplace_back(*neighbour);
  return ChoicesOf(ObjectShape(declared), shapes, further);
}

}  // namespace callgate::policy
