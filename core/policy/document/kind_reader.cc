#include "core/policy/document/kind_reader.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "core/base/ascii.h"
#include "core/json/object_writer.h"
#include "core/policy/document/entry_faults.h"
#include "core/policy/document/schema_reader.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

// `parse` makes an entry of a text, or nullopt.
template <typename Entry, typename Parse>
bool ReadEntries(FormReader& forms, std::uint32_t node, Parse parse, const EntryForm& form,
                 std::vector<Entry>& entries) {
  if (node == kAbsent) return true;
  std::vector<std::uint32_t> strings;
  bool ok = forms.ReadStrings(node, strings, "expected a list of strings");
  entries.reserve(strings.size());
  for (const std::uint32_t i : strings) {
    auto entry = parse(forms[i].text);
    if (entry) {
      entries.push_back(std::move(*entry));
    } else {
      ok = FailEntry(forms, i, form);
    }
  }
  return ok;
}

bool RequireAllow(FormReader& forms, std::uint32_t node, const Member& allow) {
  if (allow.key != kAbsent) return true;
  return forms.Fail(node, "kind.empty-allow",
                    "expected the key allow: a list, empty to allow nothing");
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
  if (text.empty()) return forms.Fail(node, "kind.path-base", kExpected);
  if (!text.starts_with('/')) {
    kind.base_argument = text;
    forms.scope().bases.push_back({text, node});
    return true;
  }
  kind.base = PathEntry::ParseDirectory(text);
  return kind.base || forms.Fail(node, "kind.path-base", kDirectory.why(text).message);
}

// Lower-case, sorted, each once; at least one. `is_known` says which are accepted.
template <typename IsKnown>
bool ReadSchemes(FormReader& forms, std::uint32_t node, IsKnown is_known, std::string_view rule,
                 const char* expected, std::vector<std::string>& schemes) {
  std::vector<std::uint32_t> strings;
  bool ok = forms.ReadStrings(node, strings, expected);
  if (ok && strings.empty()) return forms.Fail(node, rule, expected);
  schemes.clear();
  for (const std::uint32_t i : strings) {
    if (!is_known(forms[i].text)) ok = forms.Fail(i, rule, expected);
    schemes.emplace_back(forms[i].text);
  }
  std::ranges::sort(schemes);
  schemes.erase(std::unique(schemes.begin(), schemes.end()), schemes.end());
  return ok;
}

bool IsUrlScheme(std::string_view text) noexcept {
  return text == "http" || text == "https" || text == "ws" || text == "wss";
}

const EntryForm kUriText = {
    "expected a URI", [](std::string_view) {
      return EntryFault{"kind.uri",
                        "expected a URI with its scheme, perhaps with * at its end, or *"};
    }};

bool IsScheme(std::string_view text) {
  return SchemeLength(std::string(text) + ":") == text.size() &&
         std::ranges::none_of(text, base::IsAsciiUpper);
}

}  // namespace

bool ReadPathKind(FormReader& forms, std::uint32_t node, PathKind& kind) {
  Member members[] = {{"allow"}, {"except"}, {"base"}};
  if (!ReadSchemaMap(
          forms, node, members, std::size(members),
          "expected a map with the key allow: {allow: [/workspace], base: /workspace}")) {
    return false;
  }
  const auto [allow, except, base] = members;
  bool ok = RequireAllow(forms, node, allow);
  ok = ReadEntries(forms, allow.value, PathEntry::ParseAllowed, kAllowedPath, kind.allow) && ok;
  ok = ReadEntries(forms, except.value, PathEntry::ParseDenied, kDeniedPath, kind.except) && ok;
  return ReadBase(forms, base.value, kind) && ok;
}

bool ReadHostKind(FormReader& forms, std::uint32_t node, HostKind& kind) {
  Member members[] = {{"allow"}, {"except"}, {"schemes"}};
  const std::size_t count = kind.url ? 3 : 2;
  if (!ReadSchemaMap(forms, node, members, count,
                     "expected a map with the key allow: {allow: [api.github.com]}")) {
    return false;
  }
  const auto [allow, except, schemes] = members;
  if (kind.url) kind.schemes = {"https"};
  bool ok = schemes.value == kAbsent ||
            ReadSchemes(forms, schemes.value, IsUrlScheme, "kind.url",
                        "expected a list of http, https, ws and wss", kind.schemes);
  ok = RequireAllow(forms, node, allow) && ok;
  ok = ReadEntries(forms, allow.value, DomainEntry::ParseAllowed, kAllowedDomain, kind.allow) && ok;
  return ReadEntries(forms, except.value, DomainEntry::ParseDenied, kDeniedDomain, kind.except) &&
         ok;
}

bool ReadUriKind(FormReader& forms, std::uint32_t node, UriKind& kind) {
  Member members[] = {{"schemes"}, {"allow"}};
  if (!ReadSchemaMap(forms, node, members, std::size(members),
                     "expected a map with the keys schemes and allow: {schemes: [docs], allow: "
                     "[\"docs://a/*\"]}")) {
    return false;
  }
  const auto [schemes, allow] = members;
  bool ok =
      schemes.key != kAbsent || forms.Fail(node, "kind.uri", "expected the key schemes: a list");
  ok = RequireAllow(forms, node, allow) && ok;
  if (schemes.value != kAbsent) {
    ok = ReadSchemes(forms, schemes.value, IsScheme, "kind.uri",
                     "expected a list of schemes: a lower-case letter, then lower-case letters, "
                     "digits, +, . and -, without a colon",
                     kind.schemes) &&
         ok;
  }
  const auto parse = [](std::string_view text) -> std::optional<std::string> {
    if (text != "*" && SchemeLength(text) == 0) return std::nullopt;
    return std::string(text);
  };
  return ReadEntries(forms, allow.value, parse, kUriText, kind.allow) && ok;
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
