#include "core/policy/counterexample/string_values.h"

#include <algorithm>
#include <array>

#include "core/policy/counterexample/fresh_names.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/inclusion/entry_relations.h"
#include "core/policy/inclusion/schema_constants.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxLength = 300'000;  // of a string that is tried
constexpr std::size_t kMaxEntries = 16;      // of a list, that are tried

using Texts = std::vector<std::string>;

std::string Below(const std::string& path, std::string_view name) {
  return (path == "/" ? "" : path) + "/" + std::string(name);
}

// The entries that the kind, or the same kind of a neighbour, excepts.
template <typename Kind, typename Entry>
std::vector<const Entry*> ExceptedBy(const Kind& kind, const Neighbours& neighbours) {
  std::vector<const Entry*> excepted;
  const auto append = [&](const Kind& one) {
    for (const Entry& entry : one.except) excepted.push_back(&entry);
  };
  append(kind);
  for (const Schema* neighbour : neighbours) {
    if (const auto* other = std::get_if<Kind>(&neighbour->kind)) append(*other);
  }
  return excepted;
}

// Paths in both. A name with a star reads as a stem and more: two that begin apart, since a longer
// stem of another entry may cover either.
void AppendMeeting(Texts& texts, const PathSet& allowed, const PathSet& other) {
  for (const std::string_view name : {std::string_view(kUnlisted), std::string_view("1")}) {
    const auto sample = allowed.CommonSample(other, name);
    if (!sample) return;
    AppendUnique(texts, *sample);
    AppendUnique(texts, Below(*sample, name));
  }
}

// Paths of the set whose names are as short as they can be, or fill the length that is asked for.
void AppendFitting(Texts& texts, const PathSet& paths, const Schema& schema, bool absolute,
                   std::string_view one) {
  std::string shortest = paths.Sample(one, absolute);
  const std::uint64_t least = schema.min_length.value_or(0);
  if (shortest.size() < least && least <= kMaxLength) {
    AppendUnique(texts, paths.Sample(std::string(least - shortest.size() + 1, 'x'), absolute));
  }
  AppendUnique(texts, std::move(shortest));
}

void AppendPaths(Texts& texts, const Schema& schema, const PathKind& kind,
                 const Neighbours& neighbours) {
  // Names that neither it nor a neighbour excepts.
  const auto left_out = ExceptedBy<PathKind, PathEntry>(kind, neighbours);
  const std::string fresh = FreshSegment(left_out, kUnlisted);
  const std::string one = FreshSegment(left_out, "x");
  Texts relative;
  for (std::size_t i = 0; i < kind.allow.size() && i < kMaxEntries; ++i) {
    const PathSet paths = PathSet::OfAllowed(kind.allow[i]);
    const std::string sample = paths.Sample(fresh, true);
    AppendUnique(texts, sample);
    AppendUnique(texts, Below(sample, fresh));
    AppendUnique(texts, "/" + sample);
    AppendFitting(texts, paths, schema, true, one);
    if (!paths.names.empty()) AppendUnique(texts, paths.Deeper(one).Sample(one, true));
    if (kind.base) {
      for (const PathSet& below : paths.From(*kind.base)) {
        AppendUnique(relative, below.Sample(fresh, false));
        AppendUnique(relative, "./" + below.Sample(fresh, false));
        AppendFitting(relative, below, schema, false, one);
        if (below.segments.empty() && below.names.empty()) AppendUnique(relative, one);
      }
    } else if (!kind.base_argument.empty()) {
      AppendUnique(relative, ".");
      AppendUnique(relative, fresh);
    }
    for (const Schema* neighbour : neighbours) {
      const auto* const other = std::get_if<PathKind>(&neighbour->kind);
      if (other == nullptr) continue;
      for (const PathEntry& except : other->except) {
        const PathSet excepted = PathSet::OfDenied(except);
        AppendMeeting(texts, paths, excepted);
        if (kind.base && paths.Meets(excepted)) {
          for (const PathSet& below : excepted.From(*kind.base)) {
            AppendUnique(relative, below.Sample(kUnlisted, false));
            AppendUnique(relative, below.Sample("1", false));
          }
        }
      }
      for (const PathEntry& entry : other->allow) {
        AppendMeeting(texts, paths, PathSet::OfAllowed(entry));
      }
    }
  }
  texts.insert(texts.end(), relative.begin(), relative.end());
}

void AppendHost(Texts& texts, const HostKind& kind, const std::string& host, std::uint16_t port) {
  if (!kind.url) {
    AppendUnique(texts, port == 0 ? host : host + ":" + std::to_string(port));
    return;
  }
  for (const std::string& scheme : kind.schemes) {
    AppendUnique(texts,
                 scheme + "://" + host + (port == 0 ? "" : ":" + std::to_string(port)) + "/");
  }
  if (!kind.schemes.empty()) {
    AppendUnique(texts, kind.schemes[0] + "://" + host +
                            (port == 0 ? "" : ":" + std::to_string(port)) + "/a/../b");
  }
}

void AppendHosts(Texts& texts, const HostKind& kind, const HostSet& hosts, std::uint16_t port,
                 const std::vector<std::string>& labels) {
  for (const std::string& fresh : labels) {
    for (const std::string& host : hosts.Samples(fresh)) AppendHost(texts, kind, host, port);
  }
}

// What the entry allows and `except` leaves, of names more.
HostSet LeftOf(const DomainEntry& entry, const std::vector<DomainEntry>& except) {
  HostSet hosts = HostSet::OfAllowed(entry);
  for (const DomainEntry& other : except) {
    if (other.port == 0 || other.port == entry.port) {
      hosts.addresses.Remove(HostSet::OfDenied(other).addresses);
    }
  }
  return hosts;
}

void AppendDomains(Texts& texts, const HostKind& kind, const Neighbours& neighbours) {
  std::vector<DomainEntry> except = kind.except;
  for (const Schema* neighbour : neighbours) {
    const auto* const other = std::get_if<HostKind>(&neighbour->kind);
    if (other != nullptr) except.insert(except.end(), other->except.begin(), other->except.end());
  }
  const auto excepted = ExceptedBy<HostKind, DomainEntry>(kind, neighbours);
  const std::vector<std::string> fresh = {FreshLabel(excepted, kUnlisted),
                                          FreshLabel(excepted, "x")};
  for (std::size_t i = 0; i < kind.allow.size() && i < kMaxEntries; ++i) {
    const DomainEntry& entry = kind.allow[i];
    AppendHosts(texts, kind, LeftOf(entry, kind.except), entry.port, fresh);
    if (except.size() > kind.except.size()) {
      AppendHosts(texts, kind, LeftOf(entry, except), entry.port, fresh);
    }
  }
  for (const Schema* neighbour : neighbours) {
    const auto* const other = std::get_if<HostKind>(&neighbour->kind);
    if (other == nullptr) continue;
    for (const DomainEntry& entry : other->except) {
      AppendHosts(texts, kind, HostSet::OfDenied(entry), entry.port, fresh);
    }
    for (const DomainEntry& entry : other->allow) {
      AppendHosts(texts, kind, LeftOf(entry, other->except), entry.port, fresh);
      if (entry.wildcard) AppendHost(texts, kind, entry.host, entry.port);
    }
  }
}

void AppendUris(Texts& texts, const UriKind& kind, const Neighbours& neighbours) {
  const auto append = [&](std::string entry) {
    if (entry.ends_with('*')) {
      entry.pop_back();
      // What begins with a scheme alone needs more to be a URI.
      if (entry.find(':') == std::string::npos) {
        for (const std::string& scheme : kind.schemes) {
          if (scheme.starts_with(entry)) AppendUnique(texts, scheme + ":" + std::string(kUnlisted));
        }
        return;
      }
      AppendUnique(texts, entry + std::string(kUnlisted));
      AppendUnique(texts, entry + "x");
      AppendUnique(texts, entry + "/" + std::string(kUnlisted));
    }
    AppendUnique(texts, std::move(entry));
  };
  for (const std::string& entry : kind.allow) append(entry);
  for (const Schema* neighbour : neighbours) {
    const auto* const other = std::get_if<UriKind>(&neighbour->kind);
    if (other == nullptr) continue;
    for (const std::string& entry : other->allow) append(entry);
  }
}

// At the ends of the lengths, of its own and of the neighbours.
void AppendLengths(Texts& texts, const Schema& schema, const Neighbours& neighbours) {
  std::vector<std::uint64_t> lengths = {1, schema.min_length.value_or(0),
                                        schema.max_length.value_or(2)};
  for (const Schema* neighbour : neighbours) {
    if (neighbour->min_length && *neighbour->min_length > 0) {
      lengths.push_back(*neighbour->min_length - 1);
    }
    if (neighbour->max_length) lengths.push_back(*neighbour->max_length + 1);
  }
  for (const std::uint64_t length : lengths) {
    if (length > kMaxLength) continue;
    if (schema.min_length && length < *schema.min_length) continue;
    if (schema.max_length && length > *schema.max_length) continue;
    AppendUnique(texts, std::string(length, 'a'));
  }
}

// Those of the texts that are shorter, and go on so that they are not.
void AppendLonger(Texts& texts, std::uint64_t length) {
  if (length > kMaxLength) return;
  for (std::size_t i = 0, size = texts.size(); i < size; ++i) {
    if (texts[i].size() >= length) continue;
    std::string longer = texts[i] + (texts[i].ends_with('/') ? "" : "/");
    longer.resize(std::max<std::size_t>(length, longer.size() + 1), 'a');
    AppendUnique(texts, std::move(longer));
  }
}

bool HasStringKind(const Schema& schema) noexcept {
  return std::holds_alternative<PathKind>(schema.kind) ||
         std::holds_alternative<HostKind>(schema.kind) ||
         std::holds_alternative<UriKind>(schema.kind);
}

// Texts that the short form may take for something.
constexpr std::array<std::string_view, 8> kStrange = {
    "x-unlisted", "/x-unlisted",        "~",     "https://x-unlisted.example/",
    "../x",       "x-unlisted.example", "c:\\x", "\n"};

}  // namespace

std::vector<std::string> LikelyMatches(const ArgumentPattern& pattern) {
  std::vector<std::string> texts = {
      "a",   "abc",        "a b",  "1",           "42",
      "x",   "A",          "",     "/a",          "a.b",
      "a-b", "2024-01-01", "true", "a@b.example", "https://a.example/"};
  std::string_view rest = pattern.text();
  while (true) {  // the alternatives, where it is a list of them
    const std::string_view part = rest.substr(0, rest.find('|'));
    texts.emplace_back(part);
    if (part.size() == rest.size()) return texts;
    rest.remove_prefix(part.size() + 1);
  }
}

std::vector<std::string> StringsOf(const Schema& schema, const Neighbours& neighbours) {
  Texts texts;
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
    AppendPaths(texts, schema, *path, neighbours);
  } else if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
    AppendDomains(texts, *host, neighbours);
  } else if (const auto* uri = std::get_if<UriKind>(&schema.kind)) {
    AppendUris(texts, *uri, neighbours);
  } else {
    AppendLengths(texts, schema, neighbours);
    if (schema.pattern) {
      for (std::string& text : LikelyMatches(*schema.pattern)) {
        AppendUnique(texts, std::move(text));
      }
    }
    for (const std::string_view text : kStrange) AppendUnique(texts, std::string(text));
    for (const Schema* neighbour : neighbours) {
      if (HasStringKind(*neighbour)) {
        for (std::string& text : StringsOf(*neighbour, {})) AppendUnique(texts, std::move(text));
      }
      if (!neighbour->pattern) continue;
      for (std::string& text : LikelyMatches(*neighbour->pattern)) {
        AppendUnique(texts, std::move(text));
      }
    }
  }
  if (HasStringKind(schema)) {
    AppendLonger(texts, schema.min_length.value_or(0));
    for (const Schema* neighbour : neighbours) {
      if (neighbour->max_length) AppendLonger(texts, *neighbour->max_length + 1);
    }
  }
  // Those that the schema accepts by themselves come first.
  const DeclaredArguments none;
  std::stable_partition(texts.begin(), texts.end(), [&](const std::string& text) {
    return FindRefusal(schema, {text}, {none, none}).empty();
  });
  return texts;
}

}  // namespace callgate::policy
