// Witness: a call that two contexts answer differently.
#ifndef CALLGATE_WITNESS_H_
#define CALLGATE_WITNESS_H_

#include <string>

namespace callgate {

// A call that shows a difference between two contexts: put it to Evaluate on both sides.
struct Witness {
  std::string tool;
  std::string arguments;  // JSON object
};

}  // namespace callgate

#endif  // CALLGATE_WITNESS_H_
