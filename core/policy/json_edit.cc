#include "core/policy/json_edit.h"

#include <algorithm>

#include "core/json/object_writer.h"
#include "core/policy/model/constraint.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxShown = 400;  // bytes

// A schema, or what holds schemas.
void WriteInPlace(json::Value value, const json::Value& definitions, std::string& out) {
  if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const json::Value element : value.elements()) {
      if (!first) out += ',';
      first = false;
      WriteInPlace(element, definitions, out);
    }
    out += ']';
    return;
  }
  if (!value.is_object()) {
    json::WriteLexical(value, json::KeyOrder::kCodePoint, out);
    return;
  }
  json::ObjectWriter object(out);
  const auto use = value.Find("use");
  const auto used = use && use->is_string() ? definitions.Find(use->string()) : std::nullopt;
  if (used) {
    // A definition holds none itself, and no `optional`, which may accompany the use alone.
    bool optional = value.Find("optional").has_value();
    for (const json::Member member : used->members()) {
      if (optional && member.key > "optional") {
        object.Flag("optional", true);
        optional = false;
      }
      json::WriteLexical(member.value, json::KeyOrder::kCodePoint, object.Raw(member.key));
    }
    if (optional) object.Flag("optional", true);
  } else {
    for (const json::Member member : value.members()) {
      WriteInPlace(member.value, definitions, object.Raw(member.key));
    }
  }
  object.End();
}

}  // namespace

std::string TextOf(json::Value value) {
  std::string text;
  json::WriteLexical(value, json::KeyOrder::kCodePoint, text);
  return text;
}

std::string ShownText(json::Value value) {
  std::string text = value.is_string() ? std::string(value.string()) : TextOf(value);
  if (text.size() <= kMaxShown) return text;
  std::size_t end = kMaxShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "\u2026";
}

std::optional<json::Value> FindAt(json::Value value, std::span<const JsonStep> path) {
  for (const JsonStep& step : path) {
    std::optional<json::Value> next;
    if (const auto* key = std::get_if<std::string>(&step)) {
      next = value.Find(*key);
    } else if (value.is_array()) {
      std::size_t left = *std::get_if<std::size_t>(&step);
      for (const json::Value element : value.elements()) {
        if (left-- != 0) continue;
        next = element;
        break;
      }
    }
    if (!next) return std::nullopt;
    value = *next;
  }
  return value;
}

std::string WithReplaced(json::Value value, std::span<const JsonStep> path,
                         const std::optional<std::string>& replacement) {
  std::string text;
  const auto below = [&](json::Value child) {
    return path.size() == 1 ? replacement
                            : std::optional(WithReplaced(child, path.subspan(1), replacement));
  };
  if (const auto* key = std::get_if<std::string>(&path[0])) {
    json::ObjectWriter object(text);
    bool found = false;
    for (const json::Member member : value.members()) {
      if (member.key != *key) {
        json::WriteLexical(member.value, json::KeyOrder::kCodePoint, object.Raw(member.key));
        continue;
      }
      found = true;
      if (const auto changed = below(member.value)) object.Raw(member.key) += *changed;
    }
    if (!found && replacement) object.Raw(*key) += *replacement;
    object.End();
    return text;
  }
  std::vector<std::string> elements;
  std::size_t left = *std::get_if<std::size_t>(&path[0]);
  for (const json::Value element : value.elements()) {
    if (left-- != 0) {
      elements.push_back(TextOf(element));
    } else if (auto changed = below(element)) {
      elements.push_back(std::move(*changed));
    }
  }
  json::WriteList(elements, text, [&](const std::string& element) { text += element; });
  return text;
}

std::string WithDefinitions(json::Value capability, const std::optional<json::Value>& definitions) {
  if (!definitions) return TextOf(capability);
  std::string text;
  json::ObjectWriter object(text);
  for (const json::Member member : capability.members()) {
    std::string& out = object.Raw(member.key);
    if (member.key == NameOf(Constraint::kArguments) ||
        member.key == NameOf(Constraint::kOtherArguments)) {
      WriteInPlace(member.value, *definitions, out);
    } else {
      json::WriteLexical(member.value, json::KeyOrder::kCodePoint, out);
    }
  }
  object.End();
  return text;
}

}  // namespace callgate::policy
