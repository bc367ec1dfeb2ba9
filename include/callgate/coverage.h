// PolicyPart: what of a context a call can exercise.
#ifndef CALLGATE_COVERAGE_H_
#define CALLGATE_COVERAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace callgate {

// A capability, a deny entry, a declared argument, one of several branches (of an anyOf, of what a
// declared command allows, of a `then`), an option of such a command, or an entry of an `except`.
// What a definition excepts is one part for all that use it, named by the first use.
struct PolicyPart {
  enum class Kind : std::uint8_t {
    kCapability,
    kDenyEntry,
    kArgument,
    kBranch,
    kOption,
    kExceptEntry,
  };

  Kind kind = Kind::kCapability;
  std::size_t position = 0;  // of the capability or deny entry in its list, from 0
  std::string tool_pattern;  // several are sorted and joined by a space
  // Of what a capability declares its JSON pointer (RFC 6901) from the capability, `use` followed;
  // else empty.
  std::string pointer;
  std::string where;  // "file:line:column" of the capability or deny entry
  std::string text;   // of an option, except entry or `then` word; else empty
};

}  // namespace callgate

#endif  // CALLGATE_COVERAGE_H_
