#include "core/audit/fields.h"

#include <algorithm>
#include <map>
#include <vector>

#include "callgate/audit.h"
#include "callgate/crypto.h"
#include "callgate/json.h"
#include "core/audit/bounded_json.h"
#include "core/base/hex.h"

namespace callgate {
namespace audit {
namespace {

constexpr std::string_view kLeftOut = "left_out";
// In what a field costs besides its name and its value.
constexpr std::size_t kPunctuation = 4;

std::string Without(const std::map<std::string, std::string>& left) {
  std::string text;
  json::ObjectWriter object(text);
  for (const auto& [name, value] : left) {
    json::ObjectWriter note(object.Raw(name));
    note.Integer("bytes", static_cast<std::int64_t>(value.size()));
    note.Text("sha256", base::ToHex(Sha256(value)));
    note.End();
  }
  object.End();
  return text;
}

// `fields` is the text of an object.
std::string Shortened(std::string_view fields) {
  const auto document = json::Parse(fields, Unlimited(fields));
  if (!document || !document->root().is_object()) return "{}";
  std::map<std::string, std::string> kept, left;
  std::size_t size = 0;
  for (const json::Member member : document->root().members()) {
    std::string value;
    json::WriteLexical(member.value, json::KeyOrder::kUtf16, value);
    size += member.key.size() + value.size() + kPunctuation;
    kept.emplace(member.key, std::move(value));
  }
  while (size > kMaxFields && !kept.empty()) {
    const auto longest =
        std::ranges::max_element(kept, {}, [](const auto& field) { return field.second.size(); });
    size -= longest->second.size();
    size += 128;  // its note
    left.insert(kept.extract(longest));
  }
  kept[std::string(kLeftOut)] = Without(left);
  std::string text;
  json::ObjectWriter object(text);
  for (const auto& [name, value] : kept) object.Raw(name) += value;
  object.End();
  return text;
}

}  // namespace

void Fields::Text(std::string_view name, std::string_view value) {
  if (value.size() <= kMaxText) return Whole(name, value);
  Whole(name, CutText(value));
}

std::string Fields::Finish() {
  object_.End();
  return text_.size() <= kMaxFields ? std::move(text_) : Shortened(text_);
}

}  // namespace audit

Result<std::string> WriteAuditFields(std::string_view fields_json) {
  const auto document = json::Parse(fields_json, audit::Unlimited(fields_json));
  if (!document) return document.error();
  if (!document->root().is_object()) {
    return Error{ErrorCode::kInvalidJson, "expected an object", ""};
  }
  audit::Fields fields;
  for (const auto& [name, value] : document->root().members()) {
    if (value.is_string() && (name == "payload" || name == "token_input")) {
      fields.Whole(name, value.string());
      continue;
    }
    std::string bounded;
    audit::AppendBounded(value, nullptr, bounded);
    const auto canonical = json::Canonicalize(bounded, audit::Unlimited(bounded));
    if (!canonical) return canonical.error();
    fields.Raw(name, *canonical);
  }
  return fields.Finish();
}

}  // namespace callgate
