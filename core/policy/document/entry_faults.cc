// What people write for a host, a command or a tool pattern that no entry is.
#include "core/policy/document/entry_faults.h"

#include <algorithm>
#include <optional>

#include "core/base/ascii.h"
#include "core/base/shown.h"
#include "core/policy/model/address_word.h"
#include "core/policy/model/command_entry.h"
#include "core/policy/model/domain_entry.h"
#include "core/policy/model/tool_pattern.h"
#include "core/policy/values/address.h"
#include "core/policy/values/command.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kDomainRule = "domain.entry-bad";

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), base::ToAsciiLower);
  return lower;
}

EntryFault OfAddress(std::string_view text) {
  const std::string_view address = text.substr(0, text.find('/'));
  if (address.size() != text.size()) {
    return {"address.entry",
            "expected a block of addresses, as 192.0.2.0/24 or 2001:db8::/32, without a port and "
            "without bits beyond its prefix"};
  }
  if (ParseLooseIpv6(text)) {
    return {"address.entry", "expected brackets around an address of IPv6: write [" +
                                 base::Shown(TextOf(*ParseLooseIpv6(text))) + "]"};
  }
  if (text.starts_with('[')) {
    return {"address.entry",
            "expected an address of IPv6 as RFC 5952 writes it, which stands for none of IPv4"};
  }
  return {"domain.host-numeric",
          "expected an address of IPv4 as four decimal numbers, as 192.0.2.7"};
}

bool IsOfAddress(std::string_view text) {
  const std::string_view address = text.substr(0, text.find('/'));
  if (text.starts_with('[') || ParseLooseIpv6(address)) return true;
  return ParseLooseIpv4(address).has_value();
}

// Of a text without a scheme.
EntryFault OfHost(std::string_view text, std::string_view host) {
  if (text.starts_with('.')) {
    return {kDomainRule, "expected a host: write *" + base::Shown(text) + " for all below it"};
  }
  if (host.starts_with("*.") && ParseQuad(host.substr(2))) {
    return {"domain.quad", "expected no *. before an address, below which there is none"};
  }
  if (host.find('*') != std::string_view::npos && !host.starts_with("*.")) {
    return {kDomainRule, "expected * only before the first dot, as *.example.com"};
  }
  if (host.ends_with('.')) return {kDomainRule, "expected a host without a dot at its end"};
  if (std::ranges::any_of(host, base::IsAsciiUpper)) {
    return {kDomainRule, "expected a host in lower case: write " + base::Shown(Lower(text))};
  }
  if (std::ranges::any_of(host, [](char c) { return static_cast<unsigned char>(c) > 0x7F; })) {
    return {kDomainRule, "expected a host in ASCII: write the xn-- form of the name"};
  }
  if (EndsInNumber(host)) {
    return {"domain.host-numeric", "expected a host whose last label is no number"};
  }
  if (host.size() > kMaxHost) return {"domain.host-length", "expected at most 253 characters"};
  return {kDomainRule,
          "expected a host: labels of 1 to 63 letters, digits, - and _, with dots between them"};
}

EntryFault WhyNoDomain(std::string_view text, bool is_allowed) {
  if (const std::size_t scheme = text.find("//"); scheme != std::string_view::npos) {
    std::string_view host = text.substr(scheme + 2);
    host = host.substr(0, host.find_first_of("/?#"));
    return {kDomainRule, "expected a host without a scheme: write " + base::Shown(host)};
  }
  if (is_allowed && FindAddressWord(text) != nullptr) {
    return {"address.words", "expected a host: the word " + base::Shown(text) +
                                 " stands for addresses in except and deny_list alone"};
  }
  if (!is_allowed && (text == "*" || text.starts_with("*:"))) {
    return {kDomainRule, "expected a host: for every one, deny the tool, without domain"};
  }
  if (const std::string_view word = MeantAddressWord(text); !is_allowed && !word.empty()) {
    return {"address.word-slip",
            "expected a host or one of the words for addresses; did you mean " + std::string(word) +
                "?"};
  }
  if (IsOfAddress(text)) return OfAddress(text);
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    return {kDomainRule,
            "expected a host without user-info: write " + base::Shown(text.substr(at + 1))};
  }
  if (const std::size_t slash = text.find_first_of("/?#"); slash != std::string_view::npos) {
    return {kDomainRule, "expected a host without a path, which no entry judges: write " +
                             base::Shown(text.substr(0, slash))};
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && ParsePort(text.substr(colon + 1)) == 0) {
    return {kDomainRule, "expected a port from 1 to 65535 behind the colon"};
  }
  const std::string_view host = text.substr(0, colon);
  if (IsOfAddress(host)) return OfAddress(host);
  if (FindAddressWord(host) != nullptr) {
    return {"address.words", "expected the word " + base::Shown(host) + " alone, without a port"};
  }
  return OfHost(text, host);
}

EntryFault WhyNoCommand(std::string_view text) {
  constexpr std::string_view kRule = "command.entry-legal";
  if (text.find_first_not_of(' ') == std::string_view::npos) {
    return {kRule, "expected a word, as git"};
  }
  base::TextArena arena;
  WordBuffer words;
  const std::string_view denied = SplitCommand(text, arena, words);
  const auto names = [&](std::string_view characters) {
    const std::size_t at = text.find_first_of(characters);
    return at == std::string_view::npos ? std::string("one of them") : std::string(1, text[at]);
  };
  if (const std::size_t quote = text.find_first_of("'\""); quote != std::string_view::npos) {
    return {kRule, std::string("expected words without quotes, not ") + text[quote]};
  }
  if (denied == "command.control") return {kRule, "expected words without control characters"};
  if (denied == "command.tilde") return {kRule, "expected no word that begins with ~"};
  if (denied == "command.metacharacter") {
    return {kRule,
            "expected words without characters of the shell, not " + names(";&|<>$`(){}[]!#*?\\")};
  }
  return {kRule, "expected a program, not an assignment"};
}

}  // namespace

const EntryForm kAllowedDomain = {DomainEntry::kAllowedExpected,
                                  [](std::string_view text) { return WhyNoDomain(text, true); }};
const EntryForm kDeniedDomain = {DomainEntry::kDeniedExpected,
                                 [](std::string_view text) { return WhyNoDomain(text, false); }};
const EntryForm kCommandText = {"expected a command as words", WhyNoCommand};

std::string WhyNoToolPattern(std::string_view text) {
  constexpr std::size_t kMaxToolName = 128;
  if (text.empty()) return {};
  if (text == ".*") return "; write * for every tool";
  if (text.size() > kMaxToolName) return "; it is longer than 128 characters";
  const std::string_view name = text.substr(0, text.find('*'));
  const auto fault = std::ranges::find_if(name, [](char c) { return !IsToolName({&c, 1}); });
  if (fault != name.end()) {
    const auto at = static_cast<std::size_t>(fault - name.begin());
    std::size_t size = 1;  // of the character in UTF-8
    while (at + size < name.size() &&
           (static_cast<unsigned char>(name[at + size]) & 0xC0) == 0x80) {
      ++size;
    }
    return "; the character " + base::Shown(name.substr(at, size)) + " stands in no tool name";
  }
  return "; * stands at the end alone";
}

}  // namespace callgate::policy
