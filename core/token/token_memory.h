#ifndef CALLGATE_CORE_TOKEN_TOKEN_MEMORY_H_
#define CALLGATE_CORE_TOKEN_TOKEN_MEMORY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "callgate/token.h"

namespace callgate {

// TokenMemoryOf, whatever is remembered of a token.
class AnyTokenMemory {
 public:
  explicit AnyTokenMemory(std::size_t capacity);
  ~AnyTokenMemory();
  AnyTokenMemory(const AnyTokenMemory&) = delete;
  AnyTokenMemory& operator=(const AnyTokenMemory&) = delete;

  std::shared_ptr<const void> Lookup(std::string_view token, std::uint64_t generation);
  void Remember(std::string_view token, std::uint64_t generation,
                std::shared_ptr<const void> claims);
  std::size_t size() const;

 private:
  struct Shard;
  std::uint64_t Hash(std::string_view token) const noexcept;

  // Random, so that no caller can choose tokens that fall together.
  std::array<unsigned char, 16> hash_key_;
  std::size_t shard_capacity_;
  std::vector<Shard> shards_;
};

// Remembers verified tokens, so that a session pays for the verification of its token once.
//
// What is remembered is what does not change: signature and claims under one generation of issuer
// keys. Who takes claims from here must check their times at every use. Forgetting is always safe,
// it costs a verification; when the memory is full, tokens that were not used since they were last
// passed over go first.
//
// Thread-safety: all functions may be called from any thread.
template <typename Claims>
class TokenMemoryOf {
 public:
  // Holds at most `capacity` tokens; with 0, none.
  explicit TokenMemoryOf(std::size_t capacity) : memory_(capacity) {}

  // The claims of exactly this token, if they were remembered under this generation; else null.
  std::shared_ptr<const Claims> Lookup(std::string_view token, std::uint64_t generation) {
    return std::static_pointer_cast<const Claims>(memory_.Lookup(token, generation));
  }
  void Remember(std::string_view token, std::uint64_t generation,
                std::shared_ptr<const Claims> claims) {
    memory_.Remember(token, generation, std::move(claims));
  }
  std::size_t size() const { return memory_.size(); }

 private:
  AnyTokenMemory memory_;
};

// Of security tokens; their times are CheckTokenTimes.
using TokenMemory = TokenMemoryOf<TokenClaims>;

}  // namespace callgate

#endif  // CALLGATE_CORE_TOKEN_TOKEN_MEMORY_H_
