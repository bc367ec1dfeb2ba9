// The words of deny entries that stand for addresses and hosts.
#ifndef CALLGATE_CORE_POLICY_MODEL_ADDRESS_WORD_H_
#define CALLGATE_CORE_POLICY_MODEL_ADDRESS_WORD_H_

#include <string_view>
#include <vector>

#include "core/policy/values/address_set.h"

namespace callgate::policy {

struct AddressWord {
  struct Name {
    std::string_view host;
    bool deeper;  // and any deeper host
  };

  std::string_view word;
  AddressSet addresses;
  std::vector<Name> names;
};

// Null for what is no such word. Lives for ever.
[[nodiscard]] const AddressWord* FindAddressWord(std::string_view text);
// The word that a text is taken to mean: `link_local`, `Loopback`, `metadat`. Empty for a word
// itself and for what is none of them.
[[nodiscard]] std::string_view MeantAddressWord(std::string_view text);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_ADDRESS_WORD_H_
