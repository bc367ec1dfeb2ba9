#include "core/gate/call_record.h"

#include <algorithm>
#include <utility>

#include "core/gate/journal.h"

namespace callgate::gate {

std::vector<std::vector<RateCharge>> CallRecord::ChargeLists() const {
  std::vector<std::vector<RateCharge>> lists;
  for (const Allowance& allowance : allowances) {
    if (!IsLimited(allowance)) continue;
    std::vector<RateCharge>& list = lists.emplace_back();
    for (const std::uint32_t capability : Allowing(allowance)) {
      list.push_back(ChargeOf(*allowance.context, capability, session->root));
    }
  }
  return lists;
}

std::vector<RateCharge> CallRecord::Charges() const {
  std::vector<RateCharge> all;
  for (const std::vector<RateCharge>& list : ChargeLists()) {
    for (const RateCharge& charge : list) {
      if (charge.calls != 0) all.push_back(charge);
    }
  }
  return all;
}

std::vector<RateCharge> CallRecord::Charged() const {
  std::vector<RateCharge> all;
  if (!is_charged) return all;
  for (const Allowance& allowance : allowances) {
    if (!Taken(allowance).rate_limit) continue;
    RateCharge charge =
        ChargeOf(*allowance.context, Allowing(allowance)[allowance.taken], session->root);
    // A snapshot and the context as it is now name the same window, which is charged once.
    const auto is_same = [&](const RateCharge& other) { return other.Key() == charge.Key(); };
    if (std::ranges::none_of(all, is_same)) all.push_back(std::move(charge));
  }
  return all;
}

std::string CallRecord::Effects() const {
  return sequence == 0 ? std::string() : JournalCall(*this);
}

}  // namespace callgate::gate
