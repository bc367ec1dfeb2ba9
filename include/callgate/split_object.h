// A JSON message taken apart without giving up what its numbers look like.
#ifndef CALLGATE_SPLIT_OBJECT_H_
#define CALLGATE_SPLIT_OBJECT_H_

#include <string>
#include <string_view>
#include <vector>

#include "callgate/limits.h"
#include "callgate/result.h"

namespace callgate::json {

// A member of an object: its key, decoded, and its value as WriteLexical writes it in code-point
// order. A value holds no white space outside strings, and no line break at all.
struct MemberText {
  std::string key;
  std::string value;
};

// The members of the object that `text` is, in code-point order of their keys. Errors as Parse, and
// INVALID_JSON for any other value.
Result<std::vector<MemberText>> SplitObject(std::string_view text, const Limits& limits = {});

}  // namespace callgate::json

#endif  // CALLGATE_SPLIT_OBJECT_H_
