#include "core/token/token_memory.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/crypto/sodium.h"

namespace callgate {
namespace {

constexpr std::size_t kShards = 16;

struct Remembered {
  std::string token;
  std::uint64_t generation;
  std::shared_ptr<const void> claims;
  bool used;  // since the entry was last passed over
};

struct AlreadyHashed {
  std::size_t operator()(std::uint64_t hash) const noexcept { return hash; }
};

}  // namespace

struct alignas(64) AnyTokenMemory::Shard {
  mutable std::mutex mutex;
  std::unordered_map<std::uint64_t, Remembered, AlreadyHashed> entries;
  std::deque<std::uint64_t> order;  // the keys of `entries`, oldest first

  // Second chance: an entry that was used is passed over once, but only so many at a time.
  void ForgetOne() {
    constexpr int kMostPassedOver = 8;
    for (int passed_over = 0;; ++passed_over) {
      const std::uint64_t oldest = order.front();
      order.pop_front();
      const auto entry = entries.find(oldest);
      if (!entry->second.used || passed_over == kMostPassedOver) {
        entries.erase(entry);
        return;
      }
      entry->second.used = false;
      order.push_back(oldest);
    }
  }
};

AnyTokenMemory::AnyTokenMemory(std::size_t capacity)
    : shard_capacity_(capacity / std::clamp<std::size_t>(capacity, 1, kShards)),
      shards_(std::min(capacity, kShards)) {
  static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<decltype(hash_key_)>);
  RandomBytes(hash_key_.data(), hash_key_.size());
}

AnyTokenMemory::~AnyTokenMemory() = default;

// SipHash of the end, which holds the signature: no two valid tokens share it, and what else is
// looked up is compared in full.
std::uint64_t AnyTokenMemory::Hash(std::string_view token) const noexcept {
  constexpr std::size_t kHashed = 88;
  if (token.size() > kHashed) token.remove_prefix(token.size() - kHashed);
  unsigned char hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, crypto::Bytes(token), token.size(), hash_key_.data());
  std::uint64_t value;
  static_assert(sizeof value == sizeof hash);
  std::memcpy(&value, hash, sizeof value);
  return value;
}

std::shared_ptr<const void> AnyTokenMemory::Lookup(std::string_view token,
                                                   std::uint64_t generation) {
  if (shards_.empty()) return nullptr;
  const std::uint64_t hash = Hash(token);
  Shard& shard = shards_[(hash >> 32) % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  const auto entry = shard.entries.find(hash);
  if (entry == shard.entries.end() || entry->second.generation != generation ||
      entry->second.token != token) {
    return nullptr;
  }
  entry->second.used = true;
  return entry->second.claims;
}

void AnyTokenMemory::Remember(std::string_view token, std::uint64_t generation,
                              std::shared_ptr<const void> claims) {
  if (shards_.empty()) return;
  const std::uint64_t hash = Hash(token);
  Shard& shard = shards_[(hash >> 32) % shards_.size()];
  // Made before the lock is taken; what it replaces is destroyed after.
  Remembered remembered{std::string(token), generation, std::move(claims), false};
  const std::lock_guard lock(shard.mutex);
  if (const auto entry = shard.entries.find(hash); entry != shard.entries.end()) {
    std::swap(entry->second, remembered);
    return;
  }
  if (shard.entries.size() == shard_capacity_) shard.ForgetOne();
  shard.entries.emplace(hash, std::move(remembered));
  shard.order.push_back(hash);
}

std::size_t AnyTokenMemory::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.entries.size();
  }
  return total;
}

}  // namespace callgate
