#include "core/policy/evaluate/domain_constraint.h"

#include "core/policy/values/domain.h"

namespace callgate::policy {
namespace {

std::string_view JudgeDomain(const Capability& capability, std::string_view value) noexcept {
  Domain domain;
  if (const std::string_view rule = ParseDomain(value, domain); !rule.empty()) return rule;
  for (const DomainEntry& entry : *capability.domain_allowlist) {
    if (entry.Matches(domain)) return {};
  }
  return "domain.every";
}

// Gives `judge` the URLs of a string of a command until it returns a fault.
template <typename Judge>  // Fault(std::string_view url)
Fault ForEachUrlInCommand(const Item& item, ListReading reading, base::TextArena& arena,
                          Judge&& judge) {
  return ForEachCommandWord(item, reading, arena, [&](std::string_view word) -> Fault {
    WordPieces pieces(word);
    for (WordPiece piece; pieces.Next(piece);) {
      if (!piece.is_url) continue;
      if (const Fault fault = judge(piece.text)) return fault;
    }
    return {};
  });
}

bool IsUsualPort(json::Value port) noexcept {
  if (port.is_number()) return port.number() == "80" || port.number() == "443";
  return port.is_string() && (port.string() == "80" || port.string() == "443");
}

// An element of a list may be one as well: no list holds a domain.
bool IsBadPort(const Item& item) noexcept {
  return (item.classes & kPortKey) != 0 && !item.value.is_null() && !IsUsualPort(item.value);
}

// Objects are marked by their item, one later than it, so that 0 is the arguments object.
std::size_t MarkOf(std::uint32_t object) noexcept {
  return object == kNoItem ? 0 : std::size_t{object} + 1;
}

}  // namespace

Fault JudgeDomains(const Capability& capability, const Arguments& arguments) {
  const ArgumentSearch search{kDomainKey,
                              LooksLikeUrl,
                              capability.domain_arguments,
                              capability.free_arguments,
                              capability.command_arguments,
                              true};
  bool found = false;
  const auto judge = [&](std::uint32_t i, std::string_view value) {
    found = true;
    return Fault{JudgeDomain(capability, value), i};
  };
  base::TextArena arena;
  const ListReading reading = ReadingOf(capability.exec);
  const Fault fault = search.ForEach(arguments, judge, [&](std::uint32_t i, std::string_view) {
    return ForEachUrlInCommand(arguments[i], reading, arena,
                               [&](std::string_view url) { return judge(i, url); });
  });
  if (fault) return fault;
  const Fault number =
      ForEachNumber(arguments, capability.free_arguments, [](std::uint32_t i, const Domain&) {
        return Fault{"domain.integer", i};
      });
  if (number) return number;
  if (const Fault port = JudgePorts(search, reading, arguments)) return port;
  if (!found && !capability.allow_absent) return {"domain.absent"};
  return {};
}

// A domain belongs to the object that holds its key, and where that object stands under a domain
// key, to the object around it too: {"url": {"host": "a.example"}, "port": 8080}.
Fault JudgePorts(const ArgumentSearch& search, ListReading reading, const Arguments& arguments) {
  if ((arguments.classes() & kPortKey) == 0) return {};
  std::uint32_t bad_port = 0;
  while (bad_port < arguments.size() && !IsBadPort(arguments[bad_port])) ++bad_port;
  if (bad_port == arguments.size()) return {};

  std::vector<bool> holds_domain(arguments.size() + 1);
  const auto mark = [&](std::uint32_t found, std::string_view) {
    if (search.IsExempt(arguments[found])) return Fault{};
    bool nearest = true;
    for (std::uint32_t i = found; i != kNoItem; i = arguments[i].parent) {
      const Item& item = arguments[i];
      if (!item.is_member) continue;
      if (nearest || search.InClass(item)) holds_domain[MarkOf(item.parent)] = true;
      nearest = false;
    }
    return Fault{};
  };
  base::TextArena arena;
  (void)search.ForEach(arguments, mark, [&](std::uint32_t i, std::string_view) {
    return ForEachUrlInCommand(arguments[i], reading, arena,
                               [&](std::string_view url) { return mark(i, url); });
  });
  for (std::uint32_t i = bad_port; i < arguments.size(); ++i) {
    if (IsBadPort(arguments[i]) && holds_domain[MarkOf(arguments[i].parent)]) {
      return {"domain.port-key", i};
    }
  }
  return {};
}

}  // namespace callgate::policy
