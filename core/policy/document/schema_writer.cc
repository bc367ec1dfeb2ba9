#include "core/policy/document/schema_writer.h"

#include <algorithm>
#include <array>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/document/schema_table.h"

namespace callgate::policy {
namespace {

// In the order of their names.
const std::array<const KeywordRow*, kKeywords>& SortedKeywords() {
  static const std::array<const KeywordRow*, kKeywords> rows = [] {
    std::array<const KeywordRow*, kKeywords> all;
    std::ranges::transform(kKeywordTable, all.begin(), [](const KeywordRow& row) { return &row; });
    std::ranges::sort(all, {}, [](const KeywordRow* row) { return row->name; });
    return all;
  }();
  return rows;
}

void WriteOne(const Schema& schema, bool optional, std::string& out) {
  json::ObjectWriter object(out);
  if (!schema.definition.empty()) {
    if (optional) object.Flag("optional", true);
    object.Text("use", schema.definition);
    return object.End();
  }
  std::string value;
  for (const KeywordRow* const row : SortedKeywords()) {
    value.clear();
    if (row->name == "optional") {
      if (optional) value = "true";
    } else if (row->write != nullptr) {
      row->write(schema, value);
    }
    if (!value.empty()) object.Raw(row->name) += value;
  }
  object.End();
}

}  // namespace

void WriteSchema(const Schema& schema, std::string& out) { WriteOne(schema, false, out); }

void WriteMembers(const std::vector<DeclaredMember>& members, std::string& out) {
  json::ObjectWriter object(out);
  for (const DeclaredMember& member : members) {
    WriteOne(*member.schema, member.optional, object.Raw(member.name));
  }
  object.End();
}

void WriteArguments(const Capability& capability, std::string& out) {
  if (capability.arguments) WriteMembers(capability.arguments->members, out);
}

void WriteOtherArguments(const Capability& capability, std::string& out) {
  if (capability.arguments && capability.arguments->other) {
    WriteSchema(*capability.arguments->other, out);
  }
}

void WriteDefinitions(const Context& context, std::string& out) {
  json::ObjectWriter object(out);
  for (const auto& [name, schema] : context.definitions) {
    Schema in_place = *schema;
    in_place.definition.clear();
    WriteOne(in_place, false, object.Raw(name));
  }
  object.End();
}

}  // namespace callgate::policy
