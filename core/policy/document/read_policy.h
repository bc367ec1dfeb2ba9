// Policy texts and files to contexts.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_READ_POLICY_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_READ_POLICY_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/limits.h"
#include "callgate/load_fault.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// What reading one or more texts found.
struct PolicyReading {
  std::vector<Context> contexts;  // mean nothing unless there is no fault
  // Those of a text in its order, those of several texts one after the other; at most kMostFaults.
  std::vector<LoadFault> faults;
  std::set<std::string, std::less<>> names;  // of the contexts
};

void ReadPolicy(std::string_view text, std::string_view filename, const Limits& limits,
                PolicyReading& reading);
// A file, or the policy files of a directory in the order of their names.
void ReadPolicyFiles(const std::string& path, const Limits& limits, PolicyReading& reading);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_READ_POLICY_H_
