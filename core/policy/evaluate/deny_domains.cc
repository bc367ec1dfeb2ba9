#include "core/policy/evaluate/deny_kinds.h"
#include "core/policy/evaluate/domain_constraint.h"
#include "core/policy/values/bare_host.h"
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
// or a piece that is a host.
bool JudgeWord(const EntriesOfKind& entries, std::string_view word, const DenyEntry*& fired) {
  Domain domain;
  const auto covers = [&](bool is_read) { return is_read && AnyCovers(entries, domain, fired); };
  WordPieces pieces(word);
  for (WordPiece piece; pieces.Next(piece);) {
    if (piece.is_url ? covers(ReadHost(piece.text, domain))
                     : covers(ReadIpv6OfPiece(word, piece, domain)) ||
                           covers(ReadHostOfPiece(piece, domain))) {
      return true;
    }
  }
  return false;
}

// A URL from end to end, outer white space aside: anything else that begins like one, and what
// begins with slashes, is prose or code.
bool ReadUrlAlone(std::string_view text, Domain& out) noexcept {
  text = WithoutOuterWhiteSpace(text);
  if (text.starts_with('/') || text.starts_with('\\')) return false;
  return !HoldsControl(text) && !HoldsWhiteSpace(text) && ReadHost(text, out);
}

// Calls `judge` with every string that is a host under a key whose numbers are addresses, until it
// returns a fault.
template <typename Judge>  // Fault(std::uint32_t item, const Domain& domain)
Fault ForEachAddressText(const Arguments& arguments, Judge&& judge) {
  if ((arguments.classes() & kAddressKey) == 0) return {};
  for (std::uint32_t i = 0; i < arguments.size(); ++i) {
    const Item& item = arguments[i];
    if ((item.classes & kAddressKey) == 0 || !item.value.is_string()) continue;
    Domain domain;
    if (!ReadBareHost(WithoutOuterWhiteSpace(item.value.string()), domain)) continue;
    if (const Fault fault = judge(i, domain)) return fault;
  }
  return {};
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
        Domain domain;
        // Under an exempt word nothing fires but what is covered.
        if (search.IsExempt(arguments[i])) {
          return ReadUrlAlone(value, domain) ? judge(i, domain) : Fault{};
        }
        const std::string_view rule = ParseDomain(value, domain);
        if (rule.empty()) return judge(i, domain);
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
  if (const Fault text = ForEachAddressText(arguments, judge)) return {text, fired};
  return {JudgePorts(search, ListReading::kBoth, arguments), fired};
}

}  // namespace callgate::policy
