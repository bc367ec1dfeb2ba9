// What the keys of well-known services begin with.
#ifndef CALLGATE_CORE_AUDIT_KNOWN_KEYS_H_
#define CALLGATE_CORE_AUDIT_KNOWN_KEYS_H_

#include <cstdint>
#include <string_view>

namespace callgate::audit {

// Which characters follow, of ASCII. kMixed: of kWord and hyphens, with a digit and a capital.
enum class Follows : std::uint8_t { kHex, kCapitals, kAlnum, kBase64, kWord, kDashed, kMixed };

struct KnownKey {
  std::string_view prefix;
  std::uint8_t least;  // characters that follow
  Follows follows;
};

// In the order of their first characters. Each has its shape from its service's own documentation
// or secret scanner.
inline constexpr KnownKey kKnownKeys[] = {
    {"AGE-SECRET-KEY-1", 20, Follows::kAlnum},
    {"AIza", 30, Follows::kDashed},
    {"AKIA", 16, Follows::kCapitals},
    {"ASIA", 16, Follows::kCapitals},
    {"ATATT3", 30, Follows::kDashed},
    {"GOCSPX-", 20, Follows::kDashed},
    {"MC4CAQAwBQYDK2VwBCIEI", 20, Follows::kBase64},  // PKCS#8 in DER, in base64
    {"MIIEowIBAAK", 20, Follows::kBase64},
    {"MIIEpAIBAAK", 20, Follows::kBase64},
    {"MIIEvAIBADAN", 20, Follows::kBase64},
    {"MIIEvQIBADAN", 20, Follows::kBase64},
    {"MHQCAQEE", 20, Follows::kBase64},  // RFC 5915 and PKCS#8, elliptic curves
    {"MHcCAQEE", 20, Follows::kBase64},
    {"MIG2AgEA", 20, Follows::kBase64},
    {"MIGHAgEA", 20, Follows::kBase64},
    {"MIGkAgEB", 20, Follows::kBase64},
    {"MIHcAgEB", 20, Follows::kBase64},
    {"MIHuAgEA", 20, Follows::kBase64},
    {"SG.", 20, Follows::kDashed},
    {"b3BlbnNzaC1rZXktdj", 20, Follows::kBase64},  // openssh-key-v1
    {"dapi", 32, Follows::kHex},
    {"dckr_pat_", 20, Follows::kDashed},
    {"discord.com/api/webhooks/", 20, Follows::kBase64},
    {"discordapp.com/api/webhooks/", 20, Follows::kBase64},
    {"dop_v1_", 40, Follows::kHex},
    {"figd_", 30, Follows::kDashed},
    {"ghp_", 20, Follows::kAlnum},
    {"gho_", 20, Follows::kAlnum},
    {"ghu_", 20, Follows::kAlnum},
    {"ghs_", 20, Follows::kAlnum},
    {"ghr_", 20, Follows::kAlnum},
    {"github_pat_", 20, Follows::kWord},
    {"gldt-", 16, Follows::kDashed},
    {"glpat-", 16, Follows::kDashed},
    {"glrt-", 16, Follows::kDashed},
    {"glsa_", 20, Follows::kWord},
    {"gsk_", 40, Follows::kAlnum},
    {"hf_", 30, Follows::kAlnum},
    {"hooks.slack.com/services/", 24, Follows::kBase64},
    {"hvb.", 20, Follows::kDashed},
    {"hvs.", 20, Follows::kDashed},
    {"key-", 32, Follows::kHex},
    {"lin_api_", 30, Follows::kAlnum},
    {"npm_", 30, Follows::kAlnum},
    {"nvapi-", 30, Follows::kDashed},
    {"pplx-", 40, Follows::kAlnum},
    {"pypi-AgE", 20, Follows::kDashed},
    {"rk_live_", 16, Follows::kAlnum},
    {"rk_test_", 16, Follows::kAlnum},
    {"rubygems_", 40, Follows::kHex},
    {"sbp_", 40, Follows::kHex},
    {"shpat_", 30, Follows::kHex},
    {"shpss_", 30, Follows::kHex},
    {"sk-", 20, Follows::kMixed},
    {"sk_live_", 16, Follows::kAlnum},
    {"sk_test_", 16, Follows::kAlnum},
    {"sntrys_", 30, Follows::kDashed},
    {"tskey-", 16, Follows::kDashed},
    {"whsec_", 16, Follows::kAlnum},
    {"xapp-", 10, Follows::kDashed},
    {"xoxa-", 10, Follows::kDashed},
    {"xoxb-", 10, Follows::kDashed},
    {"xoxe-", 10, Follows::kDashed},
    {"xoxp-", 10, Follows::kDashed},
    {"xoxr-", 10, Follows::kDashed},
    {"xoxs-", 10, Follows::kDashed},
    {"ya29.", 20, Follows::kDashed},
};

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_KNOWN_KEYS_H_
