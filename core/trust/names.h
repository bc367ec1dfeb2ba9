// Whose a name is, and whose a key.
#ifndef CALLGATE_CORE_TRUST_NAMES_H_
#define CALLGATE_CORE_TRUST_NAMES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "callgate/trust.h"
#include "core/trust/digest_set.h"

namespace callgate::trust {

// ^[a-zA-Z0-9][a-zA-Z0-9_-]*$, at most 255 bytes.
[[nodiscard]] bool IsEntityName(std::string_view name) noexcept;

// The names of a snapshot that is being loaded. Entities and trust domains are one space of names,
// case not counted: a verdict is a name, and must mean one thing. Several sources may know one
// entity; a trust domain has one bundle.
class Names {
 public:
  // False where `name` is taken; `holder` is then by what.
  [[nodiscard]] bool TakeEntity(const std::string& name, std::size_t source, std::string& holder);
  [[nodiscard]] bool TakeTrustDomain(const std::string& name, std::size_t source,
                                     std::string& holder);
  // False where the key is an anchor of another name, which is then `holder`.
  [[nodiscard]] bool TakeKey(const Sha256Digest& spki_sha256, const std::string& name,
                             std::string& holder);

 private:
  struct Holder {
    std::string name;
    std::size_t source;
    bool is_bundle;
  };
  std::unordered_map<std::string, Holder> by_name_;  // in lower case
  std::unordered_map<Sha256Digest, std::string, DigestHash> by_key_;
};

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_NAMES_H_
