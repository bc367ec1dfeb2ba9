#include "core/policy/values/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/policy/values/address_set.h"

namespace callgate::policy {
namespace {

Address Ipv6(std::uint64_t high, std::uint64_t low) { return {Address::Family::kIpv6, high, low}; }

// As the system reads it.
std::optional<Address> SystemIpv6(const std::string& text) {
  in6_addr bytes;
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return std::nullopt;
  Address address = Ipv6(0, 0);
  for (int i = 0; i < 8; ++i) {
    address.high = address.high << 8 | bytes.s6_addr[i];
    address.low = address.low << 8 | bytes.s6_addr[i + 8];
  }
  return address;
}

std::string RandomText(std::mt19937& rng, std::string_view alphabet, std::size_t longest) {
  std::string text(1 + rng() % longest, '\0');
  for (char& c : text) c = alphabet[rng() % alphabet.size()];
  return text;
}

TEST(Address, AQuadIsFourNumbersInTheirOneSpelling) {
  EXPECT_EQ(ParseQuad("0.0.0.0"), Address::OfIpv4(0));
  EXPECT_EQ(ParseQuad("127.0.0.1"), Address::OfIpv4(0x7F000001));
  EXPECT_EQ(ParseQuad("255.255.255.255"), Address::OfIpv4(0xFFFFFFFF));
  for (const std::string_view text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3",
                                      "1.2.3.04", "1.2.3.256", "1.2.3.a", "1.2.3.4294967297"}) {
    EXPECT_FALSE(ParseQuad(text)) << text;
  }
}

TEST(Address, WhateverTheSystemReadsAsIpv4IsReadAlike) {
  std::mt19937 rng(1);
  int read = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string text = RandomText(rng, "0011789.....xXafF", 14);
    in_addr system;
    const bool is_read = inet_aton(text.c_str(), &system) != 0;
    const std::optional<Address> address = ParseLooseIpv4(text);
    read += is_read ? 1 : 0;
    if (is_read) {
      ASSERT_TRUE(address) << text;
      EXPECT_EQ(*address, Address::OfIpv4(ntohl(system.s_addr))) << text;
      EXPECT_TRUE(EndsInNumber(text)) << text;
    } else if (address) {
      // URL parsers take 0x alone for zero.
      EXPECT_NE(text.find_first_of("xX"), std::string::npos) << text;
    }
  }
  EXPECT_GT(read, 2000);
}

TEST(Address, WhateverTheSystemReadsAsIpv6IsReadAlike) {
  std::mt19937 rng(2);
  int read = 0;
  for (int i = 0; i < 300000; ++i) {
    std::string text = RandomText(rng, "01fF::::", 18);
    if (rng() % 4 == 0) text += ":1.2.3." + std::to_string(rng() % 300);
    const std::optional<Address> system = SystemIpv6(text);
    EXPECT_EQ(ParseLooseIpv6(text), system) << text;
    read += system ? 1 : 0;
  }
  EXPECT_GT(read, 2000);
}

TEST(Address, Ipv6HasTheOneSpellingOfTheSystem) {
  std::mt19937_64 rng(3);
  for (int i = 0; i < 20000; ++i) {
    Address address = Ipv6(rng(), rng());
    // Groups of zero here and there.
    for (int group = 0; group < 4; ++group) {
      const std::uint64_t mask = ~(std::uint64_t{0xFFFF} << 16 * group);
      if (rng() % 2 == 0) address.high &= mask;
      if (rng() % 2 == 0) address.low &= mask;
    }
    const std::string text = TextOf(address);
    EXPECT_EQ(SystemIpv6(text), address) << text;
    if (EmbeddedIpv4(address)) {
      EXPECT_FALSE(ParseCanonicalIpv6(text)) << text;
      continue;
    }
    in6_addr bytes;
    char written[INET6_ADDRSTRLEN];
    ASSERT_EQ(inet_pton(AF_INET6, text.c_str(), &bytes), 1);
    EXPECT_EQ(inet_ntop(AF_INET6, &bytes, written, sizeof(written)), text);
    EXPECT_EQ(ParseCanonicalIpv6(text), address) << text;
  }
}

TEST(Address, OtherSpellingsOfIpv6AreNotCanonical) {
  for (const std::string_view text :
       {"2001:DB8::1", "2001:0db8::1", "2001:db8:0:0::1", "2001:db8:0:1:1:1:1::", "1::2:0:0:0:3",
        "::2:3:4:5:6:7:8", "fe80::1%eth0", "::1.2.3.4", "0::1", "[::1]", ""}) {
    EXPECT_FALSE(ParseCanonicalIpv6(text)) << text;
  }
  for (const std::string_view text : {"::", "::1", "1::", "2001:db8:0:1:1:1:1:1", "1::2:0:0:3"}) {
    EXPECT_TRUE(ParseCanonicalIpv6(text)) << text;
  }
}

TEST(Address, SomeIpv6StandsForIpv4) {
  const Address metadata = Address::OfIpv4(0xA9FEA9FE);
  for (const std::string_view text :
       {"::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:0:169.254.169.254",
        "::ffff:0:a9fe:a9fe", "::a9fe:a9fe", "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::", "2002:a9fe:a9fe:1:2:3:4:5"}) {
    EXPECT_EQ(EmbeddedIpv4(*ParseLooseIpv6(text)), metadata) << text;
  }
  for (const std::string_view text :
       {"::", "::1", "64:ff9b:1::a9fe:a9fe", "::fffe:a9fe:a9fe",
        "2003:a9fe:a9fe::", "::1:0:a9fe:a9fe", "::fffe:0:a9fe:a9fe"}) {
    EXPECT_FALSE(EmbeddedIpv4(*ParseLooseIpv6(text))) << text;
  }
}

TEST(Address, EmbeddingsAreTheAddressesThatStandForABlock) {
  for (const std::string_view text : {"10.0.0.0/8", "0.0.0.0/0", "0.0.0.0/31", "127.0.0.1/32"}) {
    const AddressBlock block = *ParseBlock(text);
    for (const AddressBlock& embedded : EmbeddingsOf(block)) {
      if (embedded.last < embedded.first) continue;
      for (const Address& address : {embedded.first, embedded.last}) {
        ASSERT_TRUE(EmbeddedIpv4(address)) << text;
        EXPECT_TRUE(block.Holds(*EmbeddedIpv4(address))) << text << " " << TextOf(address);
      }
    }
  }
}

TEST(Address, ABlockIsAPrefixWithoutFurtherBits) {
  EXPECT_EQ(ParseBlock("10.0.0.0/8")->last, *ParseQuad("10.255.255.255"));
  EXPECT_EQ(ParseBlock("1.2.3.4/32")->first, ParseBlock("1.2.3.4/32")->last);
  EXPECT_EQ(ParseBlock("::/0")->last, Ipv6(~0ull, ~0ull));
  EXPECT_EQ(ParseBlock("2001:db8::/64")->last, Ipv6(0x20010DB800000000, ~0ull));
  EXPECT_EQ(ParseBlock("::/65")->last, Ipv6(0, ~0ull >> 1));
  for (const std::string_view text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/",
                                      "10.0.0.0", "10/8", "::/129", "2001:DB8::/32", "::/-1"}) {
    EXPECT_FALSE(ParseBlock(text)) << text;
  }
}

TEST(AddressSet, IsWhatWasAddedAndNotRemoved) {
  AddressSet set;
  set.Add(*ParseBlock("10.0.0.0/9"));
  set.Add(*ParseBlock("10.128.0.0/9"));
  EXPECT_EQ(set.blocks().size(), 1u) << "blocks that touch are one";
  set.Remove(*ParseBlock("10.1.0.0/16"));
  EXPECT_EQ(set.blocks().size(), 2u);
  EXPECT_TRUE(set.Holds(*ParseQuad("10.0.255.255")));
  EXPECT_FALSE(set.Holds(*ParseQuad("10.1.0.0")));
  EXPECT_TRUE(set.Holds(*ParseQuad("10.2.0.0")));
  AddressSet all = AddressSet::All();
  EXPECT_EQ(all.blocks().size(), 2u) << "no block is of both families";
  EXPECT_TRUE(set.IsWithin(all));
  EXPECT_TRUE(set.Meets(all));
  EXPECT_FALSE(all.IsWithin(set));
  all.Remove(AddressSet::All());
  EXPECT_TRUE(all.empty());
}

}  // namespace
}  // namespace callgate::policy
