#include "core/policy/evaluate/deny_kinds.h"
#include "core/policy/evaluate/domain_constraint.h"
#include "core/policy/values/domain.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

bool AnyCovers(const EntriesOfKind& entries, const Domain& domain, const DenyEntry*& fired) {
  for (const DenyEntry* entry : entries) {
    fired = entry;
    if (As<DomainEntry>(entry).MatchesDenied(domain)) return true;
  }
  fired = entries[0];
  return false;
}

// A word of a command names nothing for certain, so it fires only where an entry covers it: a URL,
// or a piece that is a host, with the port after it where one is.
bool JudgeWord(const EntriesOfKind& entries, std::string_view word, const DenyEntry*& fired) {
  Domain domain;
  WordPieces pieces(word);
  for (WordPiece piece; pieces.Next(piece);) {
    if (piece.is_url) {
      if (ReadHost(piece.text, domain) && AnyCovers(entries, domain, fired)) return true;
      continue;
    }
    const std::string_view host = UntilAuthorityEnds(piece.text);
    if (!ParseDomain(host, domain).empty()) continue;
    if (AnyCovers(entries, domain, fired)) return true;
    if (host.size() != piece.text.size() || !piece.rest.substr(host.size()).starts_with(':')) {
      continue;
    }
    const std::string_view after = piece.rest.substr(host.size() + 1);
    const std::uint16_t port = ParsePort(after.substr(0, after.find_first_not_of("0123456789")));
    if (port == 0) continue;
    domain.port = port;
    if (AnyCovers(entries, domain, fired)) return true;
  }
  return false;
}

}  // namespace

Denial JudgeDeniedDomains(const Context& context, const EntriesOfKind& entries,
                          const Arguments& arguments) {
  const ArgumentSearch search{kDomainKey,
                              LooksLikeUrl,
                              context.compiled->domain_arguments(),
                              kNothingFreed,
                              context.compiled->command_arguments(),
                              false};
  const DenyEntry* fired = entries[0];
  base::TextArena arena;
  const auto judge = [&](std::uint32_t i, const Domain& domain) {
    return Fault{AnyCovers(entries, domain, fired) ? "deny.domain" : "", i};
  };
  const Fault fault = search.ForEach(
      arguments,
      [&](std::uint32_t i, std::string_view value) -> Fault {
        // Under an exempt word nothing fires but what is covered: what is no URL from end to end,
        // outer white space aside, is prose or code.
        const bool exempt = search.IsExempt(arguments[i]);
        if (exempt) value = WithoutOuterWhiteSpace(value);
        Domain domain;
        const std::string_view rule = ParseDomain(value, domain);
        if (rule.empty()) return judge(i, domain);
        if (exempt) return {};
        // Whatever it is, it fires; of the entries, best one that covers what clients make of it.
        if (ReadHost(value, domain) && judge(i, domain)) return {"deny.domain", i};
        return {rule, i};
      },
      [&](std::uint32_t i, std::string_view) {
        return ForEachCommandWord(
            arguments[i], ListReading::kBoth, arena, [&](std::string_view word) {
              return Fault{JudgeWord(entries, word, fired) ? "deny.word-host" : "", i};
            });
      });
  if (fault) return {fault, fired};
  if (const Fault number = ForEachNumber(arguments, kNothingFreed, judge)) return {number, fired};
  return {JudgePorts(search, ListReading::kBoth, arguments), fired};
}

}  // namespace callgate::policy
