#include "core/token/token_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/token/claims.h"

namespace callgate {
namespace {

std::shared_ptr<const TokenClaims> Claims(std::string subject) {
  TokenClaims claims;
  claims.subject = std::move(subject);
  return std::make_shared<const TokenClaims>(std::move(claims));
}

std::string Token(int i) { return "header.claims." + std::to_string(i); }

TEST(TokenMemory, ReturnsWhatWasRememberedForTheWholeTokenOnly) {
  TokenMemory memory(100);
  const std::string token = std::string(300, 'h') + "." + std::string(100, 's');
  memory.Remember(token, 1, Claims("a"));
  ASSERT_NE(memory.Lookup(token, 1), nullptr);
  EXPECT_EQ(memory.Lookup(token, 1)->subject, "a");
  EXPECT_EQ(memory.Lookup(token + "s", 1), nullptr);
  EXPECT_EQ(memory.Lookup(token.substr(1), 1), nullptr);
  EXPECT_EQ(memory.Lookup("", 1), nullptr);
  // The same signature behind other claims.
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] ^= 1;
    EXPECT_EQ(memory.Lookup(changed, 1), nullptr) << i;
  }
}

TEST(TokenMemory, KnowsNothingUnderAnotherGenerationOfIssuerKeys) {
  TokenMemory memory(100);
  memory.Remember(Token(1), 1, Claims("a"));
  EXPECT_EQ(memory.Lookup(Token(1), 2), nullptr);
  memory.Remember(Token(1), 2, Claims("b"));
  EXPECT_EQ(memory.Lookup(Token(1), 2)->subject, "b");
  EXPECT_EQ(memory.Lookup(Token(1), 1), nullptr);
  EXPECT_EQ(memory.size(), 1u);
}

TEST(TokenMemory, StaysWithinItsCapacityUnderAFloodOfTokens) {
  for (const std::size_t capacity :
       {std::size_t{1}, std::size_t{5}, std::size_t{16}, std::size_t{17}, std::size_t{1000}}) {
    TokenMemory memory(capacity);
    for (int i = 0; i < 5000; ++i) {
      memory.Remember(Token(i), 1, Claims("a"));
      ASSERT_LE(memory.size(), capacity);
      ASSERT_NE(memory.Lookup(Token(i), 1), nullptr) << "the newest is always there";
    }
  }
}

TEST(TokenMemory, WithoutCapacityRemembersNothing) {
  TokenMemory memory(0);
  memory.Remember(Token(1), 1, Claims("a"));
  EXPECT_EQ(memory.Lookup(Token(1), 1), nullptr);
  EXPECT_EQ(memory.size(), 0u);
}

TEST(TokenMemory, ATokenInUseOutlivesOnesThatAreNot) {
  TokenMemory memory(16 * 8);
  memory.Remember(Token(-1), 1, Claims("busy"));
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_NE(memory.Lookup(Token(-1), 1), nullptr) << i;
    memory.Remember(Token(i), 1, Claims("idle"));
  }
}

TEST(TokenMemory, ClaimsOutliveTheirEntry) {
  TokenMemory memory(1);
  memory.Remember(Token(1), 1, Claims("a"));
  const std::shared_ptr<const TokenClaims> claims = memory.Lookup(Token(1), 1);
  memory.Remember(Token(2), 1, Claims("b"));
  EXPECT_EQ(memory.Lookup(Token(1), 1), nullptr);
  EXPECT_EQ(claims->subject, "a");
}

TEST(TokenMemory, ThreadsNeverSeeAnothersClaims) {
  TokenMemory memory(64);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&memory, &wrong, t] {
      for (int i = 0; i < 5000; ++i) {
        const int n = (i * 7 + t) % 200;
        if (const auto claims = memory.Lookup(Token(n), 1)) {
          if (claims->subject != std::to_string(n)) ++wrong;
        } else {
          memory.Remember(Token(n), 1, Claims(std::to_string(n)));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(memory.size(), 64u);
}

TEST(CheckTokenTimes, IsTheSameCheckAtEveryUse) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  TokenClaims claims;
  claims.issued_at = Time{seconds{1'771'338'000}};
  claims.not_before = Time{seconds{1'771'338'100}};
  claims.expires_at = Time{seconds{1'771'341'600}};
  const auto code = [&claims](Time now, seconds leeway = seconds{0}) -> std::string_view {
    const Result<void> result = CheckTokenTimes(claims, now, leeway);
    return result ? "" : CodeName(result.error().code);
  };
  EXPECT_EQ(code(*claims.not_before), "");
  EXPECT_EQ(code(*claims.not_before - milliseconds{1}), "INVALID_TOKEN");
  EXPECT_EQ(code(*claims.not_before - milliseconds{1}, seconds{1}), "");
  EXPECT_EQ(code(claims.expires_at - milliseconds{1}), "");
  EXPECT_EQ(code(claims.expires_at), "EXPIRED_TOKEN");
  EXPECT_EQ(code(claims.expires_at, seconds{1}), "");
  EXPECT_EQ(code(claims.expires_at + seconds{1}, seconds{1}), "EXPIRED_TOKEN");
  claims.not_before.reset();
  EXPECT_EQ(code(claims.issued_at - seconds{30}), "");
  EXPECT_EQ(code(claims.issued_at - seconds{30} - milliseconds{1}, seconds{60}), "INVALID_TOKEN");
}

}  // namespace
}  // namespace callgate
