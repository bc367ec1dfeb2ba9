// A user's first program with callgate::trust, built against the installed package only.
#include "callgate/trust.h"

#include <cstdio>

int main() {
  const auto snapshot = callgate::TrustSnapshot::Load({});
  const callgate::Time now{std::chrono::sys_days{std::chrono::year(2026) / 12 / 1}};
  const auto reason = snapshot->Verify({}, now).reason;
  std::printf("no certificates: %s\n", callgate::TrustReasonName(reason).data());
  return reason == callgate::TrustReason::kNoChain ? 0 : 1;
}
