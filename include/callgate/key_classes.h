// What the name of an argument says of its values.
#ifndef CALLGATE_KEY_CLASSES_H_
#define CALLGATE_KEY_CLASSES_H_

#include <string_view>
#include <vector>

namespace callgate {

// Those of "path", "domain", "command", "args", "env", "shell" and "source" that the key is of, as
// section Keys of docs/policy.md has it; "source" is a path where another stands next to it. Empty
// for most names.
std::vector<std::string_view> ClassesOfKey(std::string_view key);

}  // namespace callgate

#endif  // CALLGATE_KEY_CLASSES_H_
