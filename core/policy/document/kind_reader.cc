#include "core/policy/document/kind_reader.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "core/base/ascii.h"
#include "core/json/object_writer.h"
#include "core/policy/document/schema_reader.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

// `parse` makes an entry of a text, or nullopt.
template <typename Entry, typename Parse>
bool ReadEntries(FormReader& forms, std::uint32_t node, Parse parse, const char* expected,
                 std::vector<Entry>& entries) {
  if (node == kAbsent) return true;
  std::vector<std::uint32_t> strings;
  if (!forms.ReadStrings(node, strings, "expected a list of strings")) return false;
  entries.reserve(strings.size());
  for (const std::uint32_t i : strings) {
    auto entry = parse(forms[i].text);
    if (!entry) return forms.Fail(i, expected);
    entries.push_back(std::move(*entry));
  }
  return true;
}

bool RequireAllow(FormReader& forms, std::uint32_t node, const Member& allow) {
  if (allow.value != kAbsent) return true;
  return forms.Fail(node, "expected the key allow: a list, empty to allow nothing");
}

template <typename Entry>
void WriteEntries(std::string_view key, const std::vector<Entry>& entries,
                  json::ObjectWriter& object) {
  std::string& out = object.Raw(key);
  json::WriteList(entries, out, [&](const Entry& entry) {
    if constexpr (std::is_same_v<Entry, std::string>) {
      json::AppendString(entry, out);
    } else {
      json::AppendString(entry.text, out);
    }
  });
}

bool ReadBase(FormReader& forms, std::uint32_t node, PathKind& kind) {
  constexpr const char* kExpected =
      "expected an absolute path in NFC without *, or the name of an argument that the capability "
      "declares";
  if (node == kAbsent) return true;
  std::string_view text;
  if (!forms.ReadString(node, text, kExpected)) return false;
  if (text.empty()) return forms.Fail(node, kExpected);
  if (!text.starts_with('/')) {
    kind.base_argument = text;
    forms.scope().bases.push_back({text, node});
    return true;
  }
  kind.base = PathEntry::ParseDirectory(text);
  return kind.base || forms.Fail(node, kExpected);
}

// Lower-case, sorted, each once; at least one. `is_known` says which are accepted.
template <typename IsKnown>
bool ReadSchemes(FormReader& forms, std::uint32_t node, IsKnown is_known, const char* expected,
                 std::vector<std::string>& schemes) {
  std::vector<std::uint32_t> strings;
  if (!forms.ReadStrings(node, strings, expected)) return false;
  if (strings.empty()) return forms.Fail(node, expected);
  schemes.clear();
  for (const std::uint32_t i : strings) {
    if (!is_known(forms[i].text)) return forms.Fail(i, expected);
    schemes.emplace_back(forms[i].text);
  }
  std::ranges::sort(schemes);
  schemes.erase(std::unique(schemes.begin(), schemes.end()), schemes.end());
  return true;
}

bool IsUrlScheme(std::string_view text) noexcept {
  return text == "http" || text == "https" || text == "ws" || text == "wss";
}

bool IsScheme(std::string_view text) {
  return SchemeLength(std::string(text) + ":") == text.size() &&
         std::ranges::none_of(text, base::IsAsciiUpper);
}

}  // namespace

bool ReadPathKind(FormReader& forms, std::uint32_t node, PathKind& kind) {
  Member members[] = {{"allow"}, {"except"}, {"base"}};
  if (!ReadSchemaMap(forms, node, members, std::size(members),
                     "expected a map with allow, except and base")) {
    return false;
  }
  const auto [allow, except, base] = members;
  return RequireAllow(forms, node, allow) &&
         ReadEntries(forms, allow.value, PathEntry::ParseAllowed, PathEntry::kAllowedExpected,
                     kind.allow) &&
         ReadEntries(forms, except.value, PathEntry::ParseDenied, PathEntry::kDeniedExpected,
                     kind.except) &&
         ReadBase(forms, base.value, kind);
}

bool ReadHostKind(FormReader& forms, std::uint32_t node, HostKind& kind) {
  Member members[] = {{"allow"}, {"except"}, {"schemes"}};
  const std::size_t count = kind.url ? 3 : 2;
  if (!ReadSchemaMap(forms, node, members, count,
                     kind.url ? "expected a map with allow, except and schemes"
                              : "expected a map with allow and except")) {
    return false;
  }
  const auto [allow, except, schemes] = members;
  if (kind.url) kind.schemes = {"https"};
  if (schemes.value != kAbsent &&
      !ReadSchemes(forms, schemes.value, IsUrlScheme, "expected a list of http, https, ws and wss",
                   kind.schemes)) {
    return false;
  }
  return RequireAllow(forms, node, allow) &&
         ReadEntries(forms, allow.value, DomainEntry::ParseAllowed, DomainEntry::kAllowedExpected,
                     kind.allow) &&
         ReadEntries(forms, except.value, DomainEntry::ParseDenied, DomainEntry::kDeniedExpected,
                     kind.except);
}

bool ReadUriKind(FormReader& forms, std::uint32_t node, UriKind& kind) {
  Member members[] = {{"schemes"}, {"allow"}};
  if (!ReadSchemaMap(forms, node, members, std::size(members),
                     "expected a map with schemes and allow")) {
    return false;
  }
  const auto [schemes, allow] = members;
  if (schemes.value == kAbsent) return forms.Fail(node, "expected the key schemes: a list");
  if (!RequireAllow(forms, node, allow) ||
      !ReadSchemes(forms, schemes.value, IsScheme,
                   "expected a list of schemes: a lower-case letter, then lower-case letters, "
                   "digits, +, . and -, without a colon",
                   kind.schemes)) {
    return false;
  }
  const auto parse = [](std::string_view text) -> std::optional<std::string> {
    if (text != "*" && SchemeLength(text) == 0) return std::nullopt;
    return std::string(text);
  };
  return ReadEntries(forms, allow.value, parse,
                     "expected a URI with its scheme, perhaps with * at its end, or *", kind.allow);
}

void WritePathKind(const PathKind& kind, std::string& out) {
  json::ObjectWriter object(out);
  WriteEntries("allow", kind.allow, object);
  if (kind.base) object.Text("base", kind.base->text);
  if (!kind.base_argument.empty()) object.Text("base", kind.base_argument);
  if (!kind.except.empty()) WriteEntries("except", kind.except, object);
  object.End();
}

void WriteHostKind(const HostKind& kind, std::string& out) {
  json::ObjectWriter object(out);
  WriteEntries("allow", kind.allow, object);
  if (!kind.except.empty()) WriteEntries("except", kind.except, object);
  if (kind.url && kind.schemes != std::vector<std::string>{"https"}) {
    WriteEntries("schemes", kind.schemes, object);
  }
  object.End();
}

void WriteUriKind(const UriKind& kind, std::string& out) {
  json::ObjectWriter object(out);
  WriteEntries("allow", kind.allow, object);
  WriteEntries("schemes", kind.schemes, object);
  object.End();
}

}  // namespace callgate::policy
