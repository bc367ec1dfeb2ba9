#include "core/policy/values/address_set.h"

#include <algorithm>

namespace callgate::policy {
namespace {

// REQUIRES: the address has one after it, or before it, in its family.
Address After(Address address) noexcept {
  if (++address.low == 0) ++address.high;
  return address;
}
Address Before(Address address) noexcept {
  if (address.low-- == 0) --address.high;
  return address;
}

// `next`, which is not before `block`, meets or touches it.
bool Continues(const AddressBlock& block, const AddressBlock& next) noexcept {
  if (next.first <= block.last) return true;
  return next.first.family == block.last.family && next.first == After(block.last);
}

}  // namespace

AddressSet AddressSet::All() {
  AddressSet all;
  all.Add(BlockAround(Address::OfIpv4(0), 0));
  all.Add(BlockAround({Address::Family::kIpv6, 0, 0}, 0));
  return all;
}

void AddressSet::Add(const AddressBlock& block) {
  if (block.last < block.first) return;
  blocks_.insert(std::upper_bound(blocks_.begin(), blocks_.end(), block,
                                  [](const AddressBlock& a, const AddressBlock& b) {
                                    return a.first < b.first;
                                  }),
                 block);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < blocks_.size(); ++i) {
    if (Continues(blocks_[kept], blocks_[i])) {
      blocks_[kept].last = std::max(blocks_[kept].last, blocks_[i].last);
    } else {
      blocks_[++kept] = blocks_[i];
    }
  }
  blocks_.resize(kept + 1);
}

void AddressSet::Remove(const AddressBlock& block) {
  if (block.last < block.first) return;
  std::vector<AddressBlock> rest;
  for (const AddressBlock& held : blocks_) {
    if (!held.Meets(block)) {
      rest.push_back(held);
      continue;
    }
    if (held.first < block.first) rest.push_back({held.first, Before(block.first)});
    if (block.last < held.last) rest.push_back({After(block.last), held.last});
  }
  blocks_ = std::move(rest);
}

bool AddressSet::Holds(const Address& address) const noexcept {
  const auto after = std::upper_bound(
      blocks_.begin(), blocks_.end(), address,
      [](const Address& wanted, const AddressBlock& block) { return wanted < block.first; });
  return after != blocks_.begin() && std::prev(after)->Holds(address);
}

bool AddressSet::Meets(const AddressSet& other) const noexcept {
  return std::any_of(blocks_.begin(), blocks_.end(), [&](const AddressBlock& block) {
    return std::any_of(other.blocks_.begin(), other.blocks_.end(),
                       [&](const AddressBlock& around) { return block.Meets(around); });
  });
}

bool AddressSet::IsWithin(const AddressSet& outer) const noexcept {
  return std::all_of(blocks_.begin(), blocks_.end(), [&](const AddressBlock& block) {
    return std::any_of(outer.blocks_.begin(), outer.blocks_.end(), [&](const AddressBlock& around) {
      return around.first <= block.first && block.last <= around.last;
    });
  });
}

}  // namespace callgate::policy
