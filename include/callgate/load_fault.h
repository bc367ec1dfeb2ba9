// LoadFault: one thing that is wrong with a policy document.
#ifndef CALLGATE_LOAD_FAULT_H_
#define CALLGATE_LOAD_FAULT_H_

#include <cstdint>
#include <string>

namespace callgate {

// Why a document does not load. `message` and `found` never hold unbounded text of the document.
struct LoadFault {
  std::string where;         // "file:line:column", or the file
  std::uint32_t line = 0;    // from 1; 0 where the file as a whole is meant
  std::uint32_t column = 0;  // in bytes, from 1
  std::string rule;     // id of the rule in docs/policy.md; empty where it is no rule of policies
  std::string found;    // the text that stands there, at most 64 bytes, control characters escaped
  std::string message;  // what was expected, and so what to write
};

}  // namespace callgate

#endif  // CALLGATE_LOAD_FAULT_H_
