#include "core/policy/explain/value_cause.h"

#include <algorithm>
#include <utility>

#include "core/policy/evaluate/kind_check.h"
#include "core/policy/explain/offence.h"
#include "core/policy/explain/rule_causes.h"
#include "core/policy/values/uri.h"

namespace callgate::policy {
namespace {

std::string NameOf(json::Kind kind) {
  switch (kind) {
    case json::Kind::kString:
      return "text";
    case json::Kind::kNumber:
      return "a number";
    case json::Kind::kFalse:
    case json::Kind::kTrue:
      return "a boolean";
    case json::Kind::kArray:
      return "a list";
    case json::Kind::kObject:
      return "an object";
    case json::Kind::kNull:
      return "null";
  }
  return "null";
}

Cause OfOtherKind(const Schema& schema, json::Kind kind) {
  std::string expected = "a URI is text";
  if (std::holds_alternative<PathKind>(schema.kind)) expected = "a path is text";
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
    expected = host->url ? "a URL is text" : "a host is text";
  }
  if (std::holds_alternative<CommandKind>(schema.kind)) {
    expected = "a command is text and may be a list of texts";
  }
  return {"the value is " + NameOf(kind), "; " + expected};
}

std::string OfTypes(JsonTypes types) {
  constexpr std::pair<JsonTypes, const char*> kNames[] = {
      {kStringType, "string"},   {kNumberType, "number"}, {kIntegerType, "integer"},
      {kBooleanType, "boolean"}, {kArrayType, "array"},   {kObjectType, "object"},
  };
  std::vector<std::string> names;
  for (const auto& [type, name] : kNames) {
    if ((types & type) != 0) names.emplace_back(name);
  }
  return Listed("accepted", names);
}

std::string OfBounds(const Schema& schema) {
  std::string text;
  const auto add = [&](const char* what, const std::optional<JsonNumber>& bound) {
    if (!bound) return;
    text.append(text.empty() ? "; expected " : " and ").append(what).append(bound->text);
  };
  add("at least ", schema.minimum);
  add("more than ", schema.exclusive_minimum);
  add("at most ", schema.maximum);
  add("less than ", schema.exclusive_maximum);
  return text;
}

Cause OfInteger(std::string_view number) {
  if (number == "-0" || number.find_first_not_of("-0123456789") != std::string_view::npos) {
    return {"the number is no integer as it is written", {}};
  }
  return {"the integer is beyond ±(2^53 - 1), which doubles hold exactly", {}};
}

// The entry of `except` that covers the value.
std::string OfExcept(const Schema& schema, std::string_view value, CallPaths& paths) {
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
    for (const PathEntry& entry : path->except) {
      PathKind alone = *path;
      alone.except = {entry};
      if (JudgePathKind(alone, value, JudgePath(value), paths) == "kind.except") {
        return ": " + base::Shown(entry.text);
      }
    }
  }
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
    for (const DomainEntry& entry : host->except) {
      HostKind alone = *host;
      alone.except = {entry};
      if (JudgeHostKind(alone, value) == "kind.except") return ": " + base::Shown(entry.text);
    }
  }
  return {};
}

Cause OfPath(const PathKind& path, std::string_view rule) {
  if (rule == "kind.path") return {{}, Listed("allowed", path.allow)};
  return {};
}

Cause OfHost(const HostKind& host, std::string_view value, std::string_view rule) {
  if (rule == "kind.url-absolute") {
    return {{}, Listed("allowed", host.schemes) + ", with :// behind it"};
  }
  if (rule == "kind.url-scheme") {
    const std::string scheme(value.substr(0, value.find(':')));
    return {"the scheme " + base::Shown(scheme) + " is not listed",
            Listed("allowed", host.schemes)};
  }
  Domain domain;
  const bool is_unlisted = rule == "kind.url" || rule == "kind.host";
  if (!is_unlisted || !ReadHostKind(host, value, domain).empty()) return {};
  return CauseOfHost(host.allow, domain);
}

Cause OfUri(const UriKind& uri, std::string_view value, std::string_view rule) {
  if (rule == "kind.uri") return {{}, Listed("allowed", uri.allow)};
  if (rule != "kind.uri-scheme") return {};
  const std::string scheme(value.substr(0, value.find(':')));
  return {"the scheme " + base::Shown(scheme) + " is not listed",
          Meant(scheme, "allowed", uri.schemes)};
}

Cause OfKind(const Schema& schema, std::string_view value, std::string_view rule) {
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) return OfPath(*path, rule);
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) return OfHost(*host, value, rule);
  if (const auto* uri = std::get_if<UriKind>(&schema.kind)) return OfUri(*uri, value, rule);
  return {};
}

// Of hosts whose first label is misspelt by half at most: `c.example` is another host than
// `a.example`.
std::string MeantHost(const std::vector<DomainEntry>& allow, std::string_view host) {
  const std::string_view label = host.substr(0, host.find('.'));
  base::Nearest nearest(host);
  for (const DomainEntry& entry : allow) {
    const std::string_view other = std::string_view(entry.host).substr(0, entry.host.find('.'));
    const std::size_t most = std::min(label.size(), other.size()) / 2;
    if (entry.wildcard || base::Misspelling(label, other, most) > most) continue;
    nearest.Offer(entry.host, entry.text);
  }
  return nearest.Question();
}

}  // namespace

Cause CauseOfHost(const std::vector<DomainEntry>& allow, const Domain& domain) {
  std::vector<std::string> ports;
  for (const DomainEntry& entry : allow) {
    Domain other = domain;
    other.port = entry.port != 0 ? entry.port : domain.default_port;
    if (!entry.Matches(other)) continue;
    const std::string port = other.port != 0 ? std::to_string(other.port) : "none";
    if (std::ranges::find(ports, port) == ports.end()) ports.push_back(port);
  }
  if (!ports.empty()) {
    const bool has_port = domain.port != 0;
    return {has_port ? "no entry allows port " + std::to_string(domain.port) + " of the host"
                     : "no entry allows the host without a port",
            Listed("allowed", ports)};
  }
  const std::string meant = MeantHost(allow, domain.host());
  return {{}, meant.empty() ? Listed("allowed", allow) : meant};
}

std::string OfCount(const std::optional<std::uint64_t>& least,
                    const std::optional<std::uint64_t>& most) {
  std::string text;
  if (least) text += "; expected at least " + std::to_string(*least);
  if (most) text += (least ? " and at most " : "; expected at most ") + std::to_string(*most);
  return text;
}

Cause CauseOfValue(const Schema& schema, const Scalar& value, std::string_view rule,
                   CallPaths& paths) {
  if (rule == "kind.type") return OfOtherKind(schema, value.kind);
  if (rule == "kind.except") return {{}, OfExcept(schema, value.text, paths)};
  if (rule == "schema.type") return {{}, OfTypes(schema.types)};
  if (rule == "schema.integer") return OfInteger(value.text);
  if (rule == "schema.bounds") return {{}, OfBounds(schema)};
  if (rule == "schema.length") return {{}, OfCount(schema.min_length, schema.max_length)};
  if (rule == "schema.pattern") return {{}, ": " + base::Shown(schema.pattern->text())};
  if (rule == "schema.multiple-of") return {{}, ": " + std::to_string(*schema.multiple_of)};
  if (rule == "schema.const" || rule == "schema.enum") {
    return {{}, Meant(value.text, "accepted", *schema.constants)};
  }
  return OfKind(schema, value.text, rule);
}

Cause CauseOfWord(const Schema& schema, std::string_view word, CallPaths& paths) {
  const Scalar value{json::Kind::kString, word};
  std::size_t place = 0;
  StagedFault fault;
  const auto judge = [&](const Schema& branch) { return JudgeScalar(branch, value, paths); };
  const Schema* const closest = Closest(BranchesOf(schema), judge, place, fault);
  if (closest == nullptr) return {};
  Cause cause = CauseOfValue(*closest, value, fault.rule, paths);
  if (cause.what.empty()) {
    cause.what = std::string(CauseOf(fault.rule)) + PlaceOfOffence(fault.rule, word);
  }
  return schema.any_of.empty() ? cause : OfBranch(std::move(cause), place);
}

std::vector<const Schema*> BranchesOf(const Schema& schema) {
  if (schema.any_of.empty()) return {&schema};
  std::vector<const Schema*> all;
  for (const SchemaPtr& branch : schema.any_of) {
    const std::vector<const Schema*> below = BranchesOf(*branch);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

Cause OfBranch(Cause cause, std::size_t place) {
  cause.what = "no branch of anyOf accepts the value, and of the closest, branch " +
               std::to_string(place) + ", " + cause.what;
  return cause;
}

}  // namespace callgate::policy
