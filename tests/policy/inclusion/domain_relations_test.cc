#include "core/policy/inclusion/domain_relations.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

DomainEntry Entry(std::string_view text) { return test::Domain(text); }

TEST(DomainEntries, AllowWithinTheSameHostAndWildcardsAround) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return AllowsWithin(Entry(inner), Entry(outer));
  };
  EXPECT_TRUE(within("x.test", "x.test"));
  EXPECT_TRUE(within("*.x.test", "*.x.test"));
  EXPECT_TRUE(within("a.x.test", "*.x.test"));
  EXPECT_TRUE(within("*.a.x.test", "*.x.test"));
  EXPECT_FALSE(within("x.test", "*.x.test")) << "the apex is not allowed";
  EXPECT_FALSE(within("*.x.test", "x.test"));
  EXPECT_FALSE(within("a.x.test", "x.test"));
  EXPECT_FALSE(within("ax.test", "*.x.test"));
  EXPECT_FALSE(within("aax.test", "*.x.test"));
  EXPECT_FALSE(within("a.y.test", "*.x.test"));
  EXPECT_FALSE(within("*.x.test", "*.a.x.test"));
}

TEST(DomainEntries, AllowWithinTheSamePortOnly) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return AllowsWithin(Entry(inner), Entry(outer));
  };
  EXPECT_TRUE(within("x.test:8443", "x.test:8443"));
  EXPECT_TRUE(within("a.x.test:8443", "*.x.test:8443"));
  EXPECT_FALSE(within("x.test", "x.test:443"));
  EXPECT_FALSE(within("x.test:443", "x.test"));
  EXPECT_FALSE(within("x.test:443", "x.test:80"));
}

TEST(DomainEntries, DenyAllThatAnotherAllows) {
  const auto denies = [](std::string_view allowed, std::string_view denied) {
    return DeniesAllowed(Entry(allowed), Entry(denied));
  };
  EXPECT_TRUE(denies("x.test", "x.test"));
  EXPECT_TRUE(denies("x.test", "*.x.test")) << "the apex is denied";
  EXPECT_TRUE(denies("*.x.test", "*.x.test"));
  EXPECT_TRUE(denies("a.x.test", "*.x.test"));
  EXPECT_TRUE(denies("*.a.x.test", "*.x.test"));
  EXPECT_FALSE(denies("*.x.test", "x.test"));
  EXPECT_FALSE(denies("a.x.test", "x.test"));
  EXPECT_FALSE(denies("y.test", "*.x.test"));
  EXPECT_FALSE(denies("ax.test", "*.x.test"));
}

TEST(DomainEntries, DenyEveryPortWithoutOne) {
  const auto denies = [](std::string_view allowed, std::string_view denied) {
    return DeniesAllowed(Entry(allowed), Entry(denied));
  };
  EXPECT_TRUE(denies("x.test:8443", "x.test"));
  EXPECT_TRUE(denies("x.test:8443", "x.test:8443"));
  EXPECT_FALSE(denies("x.test", "x.test:8443"));
  EXPECT_FALSE(denies("x.test:80", "x.test:8443"));
}

TEST(DomainEntries, DenySomeThatAnotherAllows) {
  const auto denies = [](std::string_view allowed, std::string_view denied) {
    return DeniesSome(Entry(allowed), Entry(denied));
  };
  EXPECT_TRUE(denies("x.test", "x.test"));
  EXPECT_FALSE(denies("x.test", "y.test"));
  EXPECT_FALSE(denies("*.x.test", "x.test")) << "the apex is not allowed";
  EXPECT_TRUE(denies("x.test", "*.x.test")) << "the apex is denied";
  EXPECT_TRUE(denies("*.x.test", "*.x.test"));
  EXPECT_TRUE(denies("*.x.test", "a.x.test"));
  EXPECT_TRUE(denies("*.x.test", "*.a.x.test"));
  EXPECT_TRUE(denies("a.x.test", "*.x.test"));
  EXPECT_FALSE(denies("a.x.test", "x.test"));
  EXPECT_FALSE(denies("x.test", "a.x.test"));
  EXPECT_FALSE(denies("*.x.test", "a.y.test"));
  EXPECT_FALSE(denies("*.x.test", "aax.test"));
  EXPECT_FALSE(denies("aax.test", "*.x.test"));
}

TEST(DomainEntries, DenySomeOfAPortThatMayBeTheSame) {
  const auto denies = [](std::string_view allowed, std::string_view denied) {
    return DeniesSome(Entry(allowed), Entry(denied));
  };
  EXPECT_FALSE(denies("x.test:80", "x.test:443"));
  EXPECT_TRUE(denies("x.test:80", "x.test:80"));
  EXPECT_TRUE(denies("x.test", "x.test:443")) << "the default of a scheme";
  EXPECT_TRUE(denies("x.test:80", "x.test"));
}

TEST(DomainEntries, DenyWithinTheSameHostAndWildcardsAround) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return DeniesWithin(Entry(inner), Entry(outer));
  };
  EXPECT_TRUE(within("x.test", "x.test"));
  EXPECT_TRUE(within("x.test", "*.x.test"));
  EXPECT_TRUE(within("*.x.test", "*.x.test"));
  EXPECT_TRUE(within("a.x.test", "*.x.test"));
  EXPECT_TRUE(within("*.a.x.test", "*.x.test"));
  EXPECT_FALSE(within("*.x.test", "x.test"));
  EXPECT_FALSE(within("a.x.test", "x.test"));
  EXPECT_FALSE(within("y.test", "x.test"));
  EXPECT_FALSE(within("ax.test", "*.x.test"));
  EXPECT_TRUE(within("x.test:8443", "x.test"));
  EXPECT_TRUE(within("x.test:8443", "x.test:8443"));
  EXPECT_FALSE(within("x.test", "x.test:8443"));
  EXPECT_FALSE(within("x.test:80", "x.test:8443"));
}

TEST(DomainEntries, BlocksAreComparedByTheirAddresses) {
  EXPECT_TRUE(AllowsWithin(Entry("10.1.0.0/16"), Entry("10.0.0.0/8")));
  EXPECT_TRUE(AllowsWithin(Entry("10.1.2.3"), Entry("10.0.0.0/8")));
  EXPECT_TRUE(AllowsWithin(Entry("[2001:db8::1]"), Entry("2001:db8::/32")));
  EXPECT_TRUE(AllowsWithin(Entry("0.0.0.0/0"), Entry("*")));
  EXPECT_TRUE(AllowsWithin(Entry("*.x.test"), Entry("*")));
  EXPECT_FALSE(AllowsWithin(Entry("*"), Entry("0.0.0.0/0")));
  EXPECT_FALSE(AllowsWithin(Entry("10.0.0.0/8"), Entry("10.0.0.0/9")));
  EXPECT_FALSE(AllowsWithin(Entry("10.0.0.0/8"), Entry("::/0"))) << "IPv4 is in no block of IPv6";
  EXPECT_FALSE(AllowsWithin(Entry("10.0.0.1:80"), Entry("10.0.0.0/8"))) << "another port";
}

TEST(DomainEntries, WordsAreComparedByWhatTheyStandFor) {
  EXPECT_TRUE(DeniesWithin(Entry("private"), Entry("not-global")));
  EXPECT_TRUE(DeniesWithin(Entry("loopback"), Entry("not-global")));
  EXPECT_TRUE(DeniesWithin(Entry("localhost"), Entry("loopback")));
  EXPECT_TRUE(DeniesWithin(Entry("10.0.0.0/8"), Entry("private")));
  EXPECT_TRUE(DeniesWithin(Entry("::ffff:0:0/104"), Entry("loopback"))) << "mapped from 0/8";
  EXPECT_FALSE(DeniesWithin(Entry("not-global"), Entry("private")));
  EXPECT_FALSE(DeniesWithin(Entry("metadata"), Entry("private"))) << "168.63.129.16 is not";
  EXPECT_TRUE(DeniesSome(Entry("*"), Entry("metadata")));
  EXPECT_TRUE(DeniesAllowed(Entry("192.168.1.1:8080"), Entry("private")));
  EXPECT_FALSE(DeniesSome(Entry("8.8.8.8"), Entry("not-global")));
}

// Every pair of entries, against what they say of values at all their edges.
TEST(DomainEntries, RelationsAreWhatTheEntriesSayOfValues) {
  const std::vector<std::string> texts = {
      "x.test",     "*.x.test",        "a.x.test",
      "*.a.x.test", "localhost",       "*.localhost",
      "10.0.0.0/8", "10.0.0.0/9",      "10.128.0.0/9",
      "127.0.0.1",  "0.0.0.0/0",       "::/0",
      "fc00::/7",   "[fd00:ec2::254]", "64:ff9b::/64",
      "2002::/15",  "0.0.0.0/31",      "::/126",
      "*",          "loopback",        "private",
      "link-local", "multicast",       "metadata",
      "not-global", "192.0.0.9",       "192.0.0.0/24",
      "2001::/16",  "ff00::/8",        "metadata.google.internal"};
  std::vector<std::string> values = {"x.test",      "a.x.test", "b.a.x.test",
                                     "c.x.test",    "y.test",   "localhost",
                                     "x.localhost", "z",        "metadata.google.internal"};
  std::vector<DomainEntry> allowed, denied;
  for (const std::string& text : texts) {
    if (auto entry = DomainEntry::ParseAllowed(text)) allowed.push_back(*entry);
    if (auto entry = DomainEntry::ParseDenied(text)) denied.push_back(*entry);
  }
  const auto add = [&values](const Address& address) {
    const std::string text = TextOf(address);
    values.push_back(address.family == Address::Family::kIpv6 ? "[" + text + "]" : text);
  };
  for (const DomainEntry& entry : denied) {
    const HostSet held = HostSet::OfDenied(entry);
    AddressSet rest = AddressSet::All();
    rest.Remove(held.addresses);
    for (const AddressSet& addresses : {held.addresses, rest}) {
      for (const AddressBlock& block : addresses.blocks()) {
        add(block.first);
        add(block.last);
      }
    }
  }
  std::vector<Domain> domains;
  for (const std::string& value : values) {
    Domain domain;
    ASSERT_TRUE(ReadHost(value, domain)) << value;
    domains.push_back(domain);
  }
  const auto allows = [](const DomainEntry& entry, const Domain& domain) {
    const bool canonical = !domain.address || !EmbeddedIpv4(*domain.address);
    return canonical && entry.Matches(domain);
  };
  const auto denies = [](const DomainEntry& entry, const Domain& domain) {
    return entry.MatchesDenied(domain);
  };
  const auto expect = [&](bool answer, const DomainEntry& a, auto in_a, const DomainEntry& b,
                          auto in_b) {
    bool within = true;
    for (const Domain& domain : domains) within = within && (!in_a(a, domain) || in_b(b, domain));
    EXPECT_EQ(answer, within) << a.text << " in " << b.text;
  };
  for (const DomainEntry& a : allowed) {
    for (const DomainEntry& b : allowed) expect(AllowsWithin(a, b), a, allows, b, allows);
    for (const DomainEntry& b : denied) {
      expect(DeniesAllowed(a, b), a, allows, b, denies);
      bool some = false;
      for (const Domain& domain : domains) some = some || (allows(a, domain) && denies(b, domain));
      EXPECT_EQ(DeniesSome(a, b), some) << a.text << " and " << b.text;
    }
  }
  for (const DomainEntry& a : denied) {
    for (const DomainEntry& b : denied) expect(DeniesWithin(a, b), a, denies, b, denies);
  }
}

}  // namespace
}  // namespace callgate::policy
