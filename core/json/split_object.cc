#include "callgate/split_object.h"

#include "callgate/json.h"

namespace callgate::json {

Result<std::vector<MemberText>> SplitObject(std::string_view text, const Limits& limits) {
  const Result<Document> document = Parse(text, limits);
  if (!document) return document.error();
  const Value root = document->root();
  if (!root.is_object()) {
    return Error{ErrorCode::kInvalidJson, "expected an object",
                 "byte " + std::to_string(text.find_first_not_of(" \t\r\n"))};
  }
  std::vector<MemberText> members;
  members.reserve(root.size());
  for (const Member member : root.members()) {
    MemberText& split = members.emplace_back(MemberText{std::string(member.key), {}});
    WriteLexical(member.value, KeyOrder::kCodePoint, split.value);
  }
  return members;
}

}  // namespace callgate::json
