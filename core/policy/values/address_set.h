// Sets of addresses.
#ifndef CALLGATE_CORE_POLICY_VALUES_ADDRESS_SET_H_
#define CALLGATE_CORE_POLICY_VALUES_ADDRESS_SET_H_

#include <vector>

#include "core/policy/values/address.h"

namespace callgate::policy {

class AddressSet {
 public:
  // Every address of both families.
  static AddressSet All();

  // A block whose last address is before its first is empty.
  void Add(const AddressBlock& block);
  void Remove(const AddressBlock& block);
  void Add(const AddressSet& other) {
    for (const AddressBlock& block : other.blocks_) Add(block);
  }
  void Remove(const AddressSet& other) {
    for (const AddressBlock& block : other.blocks_) Remove(block);
  }

  bool empty() const noexcept { return blocks_.empty(); }
  [[nodiscard]] bool Holds(const Address& address) const noexcept;
  [[nodiscard]] bool Meets(const AddressSet& other) const noexcept;
  [[nodiscard]] bool IsWithin(const AddressSet& outer) const noexcept;

  // Sorted, of one family each; no two meet or touch.
  const std::vector<AddressBlock>& blocks() const noexcept { return blocks_; }

 private:
  std::vector<AddressBlock> blocks_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_ADDRESS_SET_H_
