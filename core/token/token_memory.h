#ifndef CALLGATE_CORE_TOKEN_TOKEN_MEMORY_H_
#define CALLGATE_CORE_TOKEN_TOKEN_MEMORY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "callgate/token.h"

namespace callgate {

// Remembers verified tokens, so that a session pays for the verification of its token once.
//
// What is remembered is what does not change: signature and claims under one generation of issuer
// keys. Who takes claims from here must call CheckTokenTimes at every use. Forgetting is always
// safe, it costs a verification; when the memory is full, tokens that were not used since they were
// last passed over go first.
//
// Thread-safety: all functions may be called from any thread.
class TokenMemory {
 public:
  // Holds at most `capacity` tokens; with 0, none.
  explicit TokenMemory(std::size_t capacity);
  ~TokenMemory();
  TokenMemory(const TokenMemory&) = delete;
  TokenMemory& operator=(const TokenMemory&) = delete;

  // The claims of exactly this token, if they were remembered under this generation; else null.
  std::shared_ptr<const TokenClaims> Lookup(std::string_view token, std::uint64_t generation);
  void Remember(std::string_view token, std::uint64_t generation,
                std::shared_ptr<const TokenClaims> claims);
  std::size_t size() const;

 private:
  struct Shard;
  std::uint64_t Hash(std::string_view token) const noexcept;

  // Random, so that no caller can choose tokens that fall together.
  std::array<unsigned char, 16> hash_key_;
  std::size_t shard_capacity_;
  std::vector<Shard> shards_;
};

}  // namespace callgate

#endif  // CALLGATE_CORE_TOKEN_TOKEN_MEMORY_H_
