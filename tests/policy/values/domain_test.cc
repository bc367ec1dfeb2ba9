#include "core/policy/values/domain.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(Domain, NamesTheHostAndPortOfUrlsAndBareHosts) {
  struct Case {
    std::string_view value, host;
    int port, default_port;
  };
  for (const Case& expected :
       {Case{"https://API.GitHub.com./x?y#z", "api.github.com", 443, 443},
        Case{"HTTP://a.b:8080", "a.b", 8080, 80}, Case{"wss://a.b?x@y", "a.b", 443, 443},
        Case{"ws://a_b/", "a_b", 80, 80}, Case{"a.b", "a.b", 0, 0}, Case{"a.b:443", "a.b", 443, 0},
        Case{"https://evil.com#github.com", "evil.com", 443, 443}}) {
    Domain domain;
    EXPECT_EQ(ParseDomain(expected.value, domain), "") << expected.value;
    EXPECT_EQ(domain.host(), expected.host);
    EXPECT_EQ(domain.port, expected.port) << expected.value;
    EXPECT_EQ(domain.default_port, expected.default_port);
  }
}

TEST(Domain, WhatClientsReadDifferentlyIsRefusedByItsRule) {
  const std::pair<std::string, std::string_view> refused[] = {
      {"", "domain.empty-host"},
      {"https://", "domain.empty-host"},
      {"https:///evil.com", "domain.empty-host"},
      {"https://.", "domain.empty-host"},
      {"https://github.com@evil.com/", "domain.userinfo"},
      {"https://a:b@evil.com/", "domain.userinfo"},
      {"https://evil.com\\@github.com/", "domain.anywhere"},
      {"https://github.com/ x", "domain.anywhere"},
      {"https://github.com/\u3000x", "domain.anywhere"},
      {"ht\ntps://github.com", "domain.anywhere"},
      {"ftp://github.com", "domain.url-scheme"},
      {"file:///etc/passwd", "domain.url-scheme"},
      {"https:evil.com", "domain.port"},
      {"//github.com", "domain.host-label"},
      {"github.com/x", "domain.host-label"},
      {"https://g\u0131thub.com", "domain.authority"},
      {"https://git%68ub.com", "domain.authority"},
      {"https://a..b", "domain.host-label"},
      {"https://" + std::string(64, 'a') + ".b", "domain.host-label"},
      {"https://" + std::string(300, 'a'), "domain.host-length"},
      {"http://127.1/", "domain.host-numeric"},
      {"http://2130706433/", "domain.host-numeric"},
      {"http://0177.0.0.1/", "domain.host-numeric"},
      {"http://256.0.0.1/", "domain.host-numeric"},
      {"http://a.0.0.1/", "domain.host-numeric"},
      {"http://127.0.0.4294967297/", "domain.host-numeric"},
      {"http://0xA9FEA9FE/", "domain.host-numeric"},
      {"http://169.254.169.0xfe/", "domain.host-numeric"},
      {"http://a.0x/", "domain.host-numeric"},
      {"http://127.0.0.1./", "domain.host-numeric"},
      {"http://[::1/", "domain.ipv6"},
      {"http://[0:0:0:0:0:0:0:1]/", "domain.ipv6"},
      {"http://[::FFFF]/", "domain.ipv6"},
      {"http://[::ffff:127.0.0.1]/", "domain.ipv6"},
      {"http://[::ffff:7f00:1]/", "domain.ipv6"},
      {"http://[64:ff9b::7f00:1]/", "domain.ipv6"},
      {"http://[fe80::1%25eth0]/", "domain.ipv6"},
      {"http://[::1]x/", "domain.port"},
      {"::1", "domain.port"},
      {"https://a.b:0", "domain.port"},
      {"https://a.b:", "domain.port"},
      {"https://a.b:65536", "domain.port"},
      {"https://a.b:65979", "domain.port"},  // 443 in 16 bits
      {"https://a.b:080", "domain.port"},
  };
  for (const auto& [value, rule] : refused) {
    Domain domain;
    EXPECT_EQ(ParseDomain(value, domain), rule) << value;
  }
}

TEST(Domain, AnAddressIsReadInItsOneSpelling) {
  Domain domain;
  EXPECT_EQ(ParseDomain("http://127.0.0.1:81/x", domain), "");
  EXPECT_EQ(domain.address, Address::OfIpv4(0x7F000001));
  EXPECT_EQ(domain.port, 81);
  EXPECT_EQ(ParseDomain("[2001:db8::1]:443", domain), "");
  EXPECT_EQ(TextOf(*domain.address), "2001:db8::1");
  EXPECT_EQ(domain.port, 443);
  EXPECT_EQ(ParseDomain("1e100.net", domain), "");
  EXPECT_FALSE(domain.address);
}

TEST(Domain, AUrlHasOneOfTheSchemesAndABareHostNone) {
  Domain domain;
  EXPECT_EQ(ParseUrl("HTTPS://a.b/x?y", {"https"}, domain), "");
  EXPECT_EQ(domain.port, 443);
  EXPECT_EQ(ParseUrl("http://a.b", {"https"}, domain), "kind.url-scheme");
  EXPECT_EQ(ParseUrl("a.b", {"https"}, domain), "kind.url-absolute");
  EXPECT_EQ(ParseUrl("https:a.b", {"https"}, domain), "kind.url-absolute");
  EXPECT_EQ(ParseUrl("https://a.b\\", {"https"}, domain), "domain.anywhere");
  EXPECT_EQ(ParseBareHost("a.b:8443", domain), "");
  EXPECT_EQ(domain.port, 8443);
  EXPECT_EQ(ParseBareHost("https://a.b", domain), "kind.host-bare");
  EXPECT_EQ(ParseBareHost("a.b/c", domain), "domain.host-label");
  EXPECT_EQ(ParseBareHost("2130706433", domain), "domain.host-numeric");
}

TEST(Domain, WhatClientsMakeOfAValueIsFound) {
  const std::tuple<std::string_view, std::string_view, int> found[] = {
      {"https://a.b/x", "a.b", 443},
      {" \x01ht\ntp:\\\\A.b.\\x", "a.b", 80},
      {"https:a.b", "a.b", 443},
      {"https:////a.b", "a.b", 443},
      {"https://x@y@a.b:0443/", "a.b", 443},
      {"https://x:y@a.b", "a.b", 443},
      {"https://%61%2Eb", "a.b", 443},
      {"//a.b", "a.b", 0},
      {"a.b:8080", "a.b", 8080},
      {"gopher://a.b:70/x", "a.b", 70},
  };
  for (const auto& [value, host, port] : found) {
    Domain domain;
    ASSERT_TRUE(ReadHost(value, domain)) << value;
    EXPECT_EQ(domain.host(), host) << value;
    EXPECT_EQ(domain.port, port) << value;
  }
  for (const std::string_view value : {"http://0x7F.1/", "http://2130706433", "017700000001",
                                       "http://127.0.0.1.", "http://x@127.1:80"}) {
    Domain domain;
    ASSERT_TRUE(ReadHost(value, domain)) << value;
    EXPECT_EQ(domain.address, Address::OfIpv4(0x7F000001)) << value;
  }
  for (const std::string_view value : {"", "https://", "http://1.2.3.4.5", "http://256.256.256.256",
                                       "https://[::1", "https://[x]", "/"}) {
    Domain domain;
    EXPECT_FALSE(ReadHost(value, domain)) << value;
  }
}

TEST(Domain, ANumberIsAnAddressOfIpv4) {
  Domain domain;
  EXPECT_TRUE(ReadNumber(2130706433.0, domain));
  EXPECT_EQ(domain.address, Address::OfIpv4(0x7F000001));
  EXPECT_TRUE(ReadNumber(0, domain));
  EXPECT_TRUE(ReadNumber(4294967295.0, domain));
  for (const double number : {-1.0, 0.5, 4294967296.0, 1e300}) {
    EXPECT_FALSE(ReadNumber(number, domain)) << number;
  }
}

TEST(Domain, TheLongestHostIsAllowedAndOneMoreIsNot) {
  std::string host;
  while (host.size() < 250) host += "a.";
  host += "abc";
  ASSERT_EQ(host.size(), 253u);
  EXPECT_TRUE(IsHost(host));
  EXPECT_FALSE(IsHost(host + "d"));
}

TEST(Domain, TheValueRuleTakesWhatClientsTakeForUrls) {
  for (const std::string_view value :
       {"https://x", "gopher://x", "http:x", "HTTPS:x", "//x", "\\\\x", "  //x", "a+b.c-1://x",
        "\x01//x", "ht\ntp:x", "/\t/x", "/\\x", "x:\\\\y", "\x7F\\\t\\x", "x\r:\n/\t/y"}) {
    EXPECT_TRUE(LooksLikeUrl(value)) << value;
  }
  for (const std::string_view value :
       {"", "x", "x.y", "mailto:a@b", "1://x", "/x", "a:/b", "/ /x", "see https://x", "htt p:x"}) {
    EXPECT_FALSE(LooksLikeUrl(value)) << value;
  }
}

}  // namespace
}  // namespace callgate::policy
