#include "core/policy/document/schema_table.h"

#include <utility>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/document/command_kind_reader.h"
#include "core/policy/document/constant_keywords.h"
#include "core/policy/document/kind_reader.h"
#include "core/policy/document/schema_reader.h"
#include "core/policy/document/schema_writer.h"

namespace callgate::policy {
namespace {

using Kind = Document::Kind;

// The kinds

bool ReadPath(FormReader& forms, std::uint32_t node, Schema& schema) {
  schema.types = kStringType;
  return ReadPathKind(forms, node, schema.kind.emplace<PathKind>());
}

void WritePath(const Schema& schema, std::string& out) {
  if (const auto* kind = std::get_if<PathKind>(&schema.kind)) WritePathKind(*kind, out);
}

template <bool kIsUrl>
bool ReadHost(FormReader& forms, std::uint32_t node, Schema& schema) {
  schema.types = kStringType;
  HostKind& kind = schema.kind.emplace<HostKind>();
  kind.url = kIsUrl;
  return ReadHostKind(forms, node, kind);
}

template <bool kIsUrl>
void WriteHost(const Schema& schema, std::string& out) {
  const auto* kind = std::get_if<HostKind>(&schema.kind);
  if (kind != nullptr && kind->url == kIsUrl) WriteHostKind(*kind, out);
}

bool ReadUri(FormReader& forms, std::uint32_t node, Schema& schema) {
  schema.types = kStringType;
  return ReadUriKind(forms, node, schema.kind.emplace<UriKind>());
}

void WriteUri(const Schema& schema, std::string& out) {
  if (const auto* kind = std::get_if<UriKind>(&schema.kind)) WriteUriKind(*kind, out);
}

bool ReadCommand(FormReader& forms, std::uint32_t node, Schema& schema) {
  CommandKind& kind = schema.kind.emplace<CommandKind>();
  const auto read_schema = [&forms](std::uint32_t at, SchemaPtr& word) {
    return ReadSchema(forms, at, word);
  };
  if (!ReadCommandKind(forms, node, read_schema, kind)) return false;
  if (kind.form != CommandKind::Form::kList) schema.types |= kStringType;
  if (kind.form != CommandKind::Form::kText) schema.types |= kArrayType;
  return true;
}

void WriteCommand(const Schema& schema, std::string& out) {
  const auto* kind = std::get_if<CommandKind>(&schema.kind);
  if (kind == nullptr) return;
  WriteCommandKind(
      *kind, [&out](const SchemaPtr& word) { WriteSchema(*word, out); }, out);
}

// anyOf, any

bool ReadAnyOf(FormReader& forms, std::uint32_t node, Schema& schema) {
  constexpr std::size_t kMostBranches = 8;
  constexpr const char* kExpected = "expected a list of 2 to 8 schemas";
  if (forms[node].kind != Kind::kList) return forms.Fail(node, "doc.wrong-type", kExpected);
  bool ok = true;
  for (std::uint32_t i = node + 1; i < forms[node].end; i = forms[i].end) {
    if (schema.any_of.size() == kMostBranches) return forms.Fail(node, "schema.any-of", kExpected);
    ok = ReadSchema(forms, i, schema.any_of.emplace_back()) && ok;
  }
  if (schema.any_of.size() < 2) return forms.Fail(node, "schema.any-of", kExpected);
  return ok;
}

void WriteAnyOf(const Schema& schema, std::string& out) {
  if (schema.any_of.empty()) return;
  json::WriteList(schema.any_of, out, [&](const SchemaPtr& branch) { WriteSchema(*branch, out); });
}

bool ReadAny(FormReader& forms, std::uint32_t node, Schema& schema) {
  if (forms[node].kind != Kind::kTrue) return forms.Fail(node, "schema.any", "expected true");
  schema.any = true;
  return true;
}

// Keywords whose values are one flag, number, text or schema

template <bool Schema::*kFlag>
bool ReadFlag(FormReader& forms, std::uint32_t node, Schema& schema) {
  return forms.ReadFlag(node, schema.*kFlag);
}

template <bool Schema::*kFlag>
void WriteFlag(const Schema& schema, std::string& out) {
  if (schema.*kFlag) out += "true";
}

template <std::optional<JsonNumber> Schema::*kBound>
bool ReadBound(FormReader& forms, std::uint32_t node, Schema& schema) {
  schema.*kBound = ReadNumber(forms, node, "expected a number");
  return (schema.*kBound).has_value();
}

template <std::optional<JsonNumber> Schema::*kBound>
void WriteBound(const Schema& schema, std::string& out) {
  if (schema.*kBound) out += (schema.*kBound)->text;
}

// An integer by value, so that 1e3 and 3.0 are some. One that is 0 says nothing where kLeast is.
template <std::optional<std::uint64_t> Schema::*kCount, std::uint64_t kLeast, bool kZeroSaysNothing>
bool ReadCount(FormReader& forms, std::uint32_t node, Schema& schema) {
  constexpr std::uint64_t kMost = (std::uint64_t{1} << 53) - 1;
  constexpr const char* kExpected = kLeast == 0 ? "expected an integer from 0 to 9007199254740991"
                                                : "expected an integer from 1 to 9007199254740991";
  constexpr std::string_view kRule = kLeast == 0 ? "schema.counts" : "schema.multiple-of";
  const auto number = ReadNumber(forms, node, kExpected);
  if (!number) return false;
  const std::string& text = number->text;
  if (text.find_first_of("-.e") != std::string::npos || text.size() > 16) {
    return forms.Fail(node, kRule, kExpected);
  }
  const std::uint64_t count = std::stoull(text);
  if (count < kLeast || count > kMost) return forms.Fail(node, kRule, kExpected);
  if (count != 0 || !kZeroSaysNothing) schema.*kCount = count;
  return true;
}

template <std::optional<std::uint64_t> Schema::*kCount>
void WriteCount(const Schema& schema, std::string& out) {
  if (schema.*kCount) out += std::to_string(*(schema.*kCount));
}

bool ReadPattern(FormReader& forms, std::uint32_t node, Schema& schema) {
  const ArgumentPattern* const pattern = forms.ReadPattern(node);
  if (pattern == nullptr) return false;
  schema.pattern = *pattern;
  return true;
}

void WritePattern(const Schema& schema, std::string& out) {
  if (schema.pattern) json::AppendString(schema.pattern->text(), out);
}

template <SchemaPtr Schema::*kChild>
bool ReadChild(FormReader& forms, std::uint32_t node, Schema& schema) {
  return ReadSchema(forms, node, schema.*kChild);
}

template <SchemaPtr Schema::*kChild>
void WriteChild(const Schema& schema, std::string& out) {
  if (schema.*kChild) WriteSchema(*(schema.*kChild), out);
}

bool ReadAdditional(FormReader& forms, std::uint32_t node, Schema& schema) {
  if (forms[node].kind == Kind::kTrue) {
    return forms.Fail(node, "schema.additional",
                      "expected a schema, together with propertyNames and maxProperties");
  }
  if (forms[node].kind == Kind::kFalse) {
    return forms.Fail(node, "schema.additional",
                      "expected no additionalProperties: objects are closed");
  }
  return ReadSchema(forms, node, schema.additional);
}

bool ReadProperties(FormReader& forms, std::uint32_t node, Schema& schema) {
  return ReadMembers(forms, node, schema.properties);
}

void WriteProperties(const Schema& schema, std::string& out) {
  // An object without any is one that accepts none.
  if (schema.types != kObjectType || (schema.properties.empty() && schema.additional)) return;
  WriteMembers(schema.properties, out);
}

bool ReadAnnotation(FormReader& forms, std::uint32_t node, Schema&) {
  std::string_view text;
  return forms.ReadString(node, text, "expected a string");
}

constexpr Heads kValueHeads = kPlainHead | kKindHead;
constexpr JsonTypes kNumberTypes = kNumberType | kIntegerType;

}  // namespace

constexpr std::array<KeywordRow, kKeywords> kKeywordTable = {{
    {"type", kPlainHead, 0, 0, ReadType, WriteType},
    {"enum", kPlainHead, 0, 0, ReadEnum, WriteEnum},
    {"const", kPlainHead, 0, 0, ReadConst, WriteConst},
    {"anyOf", kAnyOfHead, 0, 0, ReadAnyOf, WriteAnyOf},
    {"path", kKindHead, 0, 0, ReadPath, WritePath},
    {"url", kKindHead, 0, 0, ReadHost<true>, WriteHost<true>},
    {"host", kKindHead, 0, 0, ReadHost<false>, WriteHost<false>},
    {"uri", kKindHead, 0, 0, ReadUri, WriteUri},
    {"command", kKindHead, 0, 0, ReadCommand, WriteCommand},
    {"use", kUseHead, 0, 0, nullptr, nullptr},
    {"any", kAnyHead, 0, 0, ReadAny, WriteFlag<&Schema::any>},
    {"nullable", 0, kValueHeads | kAnyOfHead, 0, ReadFlag<&Schema::nullable>,
     WriteFlag<&Schema::nullable>},
    {"optional", 0, kAllHeads, 0, nullptr, nullptr},
    {"minLength", 0, kValueHeads, kStringType, ReadCount<&Schema::min_length, 0, true>,
     WriteCount<&Schema::min_length>},
    {"maxLength", 0, kValueHeads, kStringType, ReadCount<&Schema::max_length, 0, false>,
     WriteCount<&Schema::max_length>},
    {"pattern", 0, kValueHeads, kStringType, ReadPattern, WritePattern},
    {"minimum", 0, kPlainHead, kNumberTypes, ReadBound<&Schema::minimum>,
     WriteBound<&Schema::minimum>},
    {"maximum", 0, kPlainHead, kNumberTypes, ReadBound<&Schema::maximum>,
     WriteBound<&Schema::maximum>},
    {"exclusiveMinimum", 0, kPlainHead, kNumberTypes, ReadBound<&Schema::exclusive_minimum>,
     WriteBound<&Schema::exclusive_minimum>},
    {"exclusiveMaximum", 0, kPlainHead, kNumberTypes, ReadBound<&Schema::exclusive_maximum>,
     WriteBound<&Schema::exclusive_maximum>},
    {"multipleOf", 0, kPlainHead, kIntegerType, ReadCount<&Schema::multiple_of, 1, false>,
     WriteCount<&Schema::multiple_of>},
    {"items", 0, kPlainHead, kArrayType, ReadChild<&Schema::items>, WriteChild<&Schema::items>},
    {"minItems", 0, kPlainHead, kArrayType, ReadCount<&Schema::min_items, 0, true>,
     WriteCount<&Schema::min_items>},
    {"maxItems", 0, kPlainHead, kArrayType, ReadCount<&Schema::max_items, 0, false>,
     WriteCount<&Schema::max_items>},
    {"uniqueItems", 0, kPlainHead, kArrayType, ReadFlag<&Schema::unique_items>,
     WriteFlag<&Schema::unique_items>},
    {"properties", 0, kPlainHead, kObjectType, ReadProperties, WriteProperties},
    {"additionalProperties", 0, kPlainHead, kObjectType, ReadAdditional,
     WriteChild<&Schema::additional>},
    {"propertyNames", 0, kPlainHead, kObjectType, ReadChild<&Schema::property_names>,
     WriteChild<&Schema::property_names>},
    {"maxProperties", 0, kPlainHead, kObjectType, ReadCount<&Schema::max_properties, 0, false>,
     WriteCount<&Schema::max_properties>},
    {"title", 0, kAllHeads, 0, ReadAnnotation, nullptr},
    {"description", 0, kAllHeads, 0, ReadAnnotation, nullptr},
}};

}  // namespace callgate::policy
