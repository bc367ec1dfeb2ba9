#include "core/policy/inclusion/keyword_text.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/shown.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kNone = "none";

std::string TextOf(const std::optional<std::uint64_t>& count) {
  return count ? std::to_string(*count) : std::string(kNone);
}

std::string TextOf(const std::optional<JsonNumber>& number) {
  return number ? number->text : std::string(kNone);
}

std::string TextOf(const std::optional<JsonNumber>& bound, std::string_view other,
                   const std::optional<JsonNumber>& written) {
  return !bound && written ? std::string(other) + " " + written->text : TextOf(bound);
}

std::string NamesOf(JsonTypes types) {
  constexpr std::array<std::pair<JsonTypes, std::string_view>, 6> kNames = {
      {{kStringType, "string"},
       {kNumberType, "number"},
       {kIntegerType, "integer"},
       {kBooleanType, "boolean"},
       {kArrayType, "array"},
       {kObjectType, "object"}}};
  std::string text;
  for (const auto& [type, name] : kNames) {
    if ((types & type) != 0) text.append(text.empty() ? "" : " or ").append(name);
  }
  return text.empty() ? std::string(kNone) : text;
}

std::string ValuesOf(const Schema& schema) {
  constexpr std::size_t kMost = 4;
  if (!schema.constants) return NamesOf(TypesOf(schema));
  std::string text;
  for (std::size_t i = 0; i < schema.constants->size(); ++i) {
    if (i == kMost) return text + ", …";
    text.append(text.empty() ? "" : ", ")
        .append(base::Shown(TextOf(Listed{(*schema.constants)[i]})));
  }
  return text;
}

std::string_view NameOf(CommandKind::Form form) noexcept {
  switch (form) {
    case CommandKind::Form::kText:
      return "text";
    case CommandKind::Form::kList:
      return "list";
    case CommandKind::Form::kEither:
      return "either";
  }
  return {};
}

std::string OfCommand(std::string_view keyword, const Schema& schema) {
  const auto* const command = std::get_if<CommandKind>(&schema.kind);
  if (command == nullptr) return {};
  if (keyword == "form") return std::string(NameOf(command->form));
  if (keyword == "exec") return command->exec == Exec::kShell ? "shell" : "argv";
  return command->args.empty() ? std::string(kNone) : command->args;
}

std::string OfPath(const Schema& schema) {
  const auto* const path = std::get_if<PathKind>(&schema.kind);
  if (path == nullptr) return {};
  if (path->base) return path->base->text;
  return path->base_argument.empty() ? std::string(kNone) : path->base_argument;
}

std::string TextUnder(std::string_view keyword, const Schema& schema) {
  if (keyword == "minLength") return TextOf(schema.min_length);
  if (keyword == "maxLength") return TextOf(schema.max_length);
  if (keyword == "pattern") return schema.pattern ? schema.pattern->text() : std::string(kNone);
  if (keyword == "minimum") {
    return TextOf(schema.minimum, "exclusiveMinimum", schema.exclusive_minimum);
  }
  if (keyword == "maximum") {
    return TextOf(schema.maximum, "exclusiveMaximum", schema.exclusive_maximum);
  }
  if (keyword == "exclusiveMinimum") {
    return TextOf(schema.exclusive_minimum, "minimum", schema.minimum);
  }
  if (keyword == "exclusiveMaximum") {
    return TextOf(schema.exclusive_maximum, "maximum", schema.maximum);
  }
  if (keyword == "multipleOf") return TextOf(schema.multiple_of);
  if (keyword == "minItems") return TextOf(schema.min_items);
  if (keyword == "maxItems") return TextOf(schema.max_items);
  if (keyword == "maxProperties") return TextOf(schema.max_properties);
  if (keyword == "uniqueItems") return schema.unique_items ? "true" : "false";
  if (keyword == "nullable") return AcceptsNull(schema) ? "true" : "false";
  if (keyword == "type") return NamesOf(TypesOf(schema));
  if (keyword == "const" || keyword == "enum") return ValuesOf(schema);
  if (keyword == "form" || keyword == "exec" || keyword == "args") {
    return OfCommand(keyword, schema);
  }
  return keyword == "base" ? OfPath(schema) : std::string();
}

}  // namespace

std::string BothTexts(const std::string& inner, const std::string& outer) {
  return inner + " (parent: " + outer + ")";
}

std::string BothTexts(std::string_view keyword, const Schema& outer, const Schema& inner) {
  const std::string parent = TextUnder(keyword, outer);
  const std::string child = TextUnder(keyword, inner);
  if (parent.empty() || child.empty()) return {};
  return BothTexts(child, parent);
}

std::string TextOf(const Listed& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  if (const auto* number = std::get_if<JsonNumber>(&value.value)) return number->text;
  return *std::get_if<bool>(&value.value) ? "true" : "false";
}

}  // namespace callgate::policy
