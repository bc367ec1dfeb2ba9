// Builds the nodes of a Document from what a text holds, in its order.
#ifndef CALLGATE_CORE_JSON_TREE_BUILDER_H_
#define CALLGATE_CORE_JSON_TREE_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "callgate/error.h"
#include "callgate/json.h"
#include "callgate/limits.h"

namespace callgate::json {

inline Error ErrorAt(ErrorCode code, std::string message, std::size_t offset) {
  return {code, std::move(message), "byte " + std::to_string(offset)};
}

// Every function returns false when the text is to be refused; error() then says why.
//
// While a container is open its node holds, in place of the final links, the index of its last
// child (`text`) and of its parent (`next`).
class TreeBuilder {
 public:
  // `text` is what the offsets of nodes count from; `nodes` has room for `capacity`.
  TreeBuilder(const char* text, Node* nodes, std::size_t capacity, const Limits& limits)
      : text_(text), nodes_(nodes), capacity_(capacity), limits_(limits) {}

  bool is_open() const { return open_ != kNone; }
  bool is_in_object() const { return nodes_[open_].kind == Kind::kObject; }  // REQUIRES: is_open()

  // A null, a boolean, a number or a string whose text begins at `offset`.
  bool AddScalar(Kind kind, std::size_t offset, std::size_t length) {
    return Append(kind, offset, length, is_open() && !is_in_object());
  }
  bool AddKey(std::size_t offset, std::size_t length) {
    return Append(Kind::kString, offset, length, true);
  }

  bool Open(Kind kind) {
    if (depth_ == limits_.max_json_depth) {
      return Fail(ErrorCode::kLimitExceeded, "too many arrays and objects inside each other",
                  LastOffset());
    }
    if (!AddScalar(kind, 0, 0)) return false;
    ++depth_;
    const std::size_t index = count_ - 1;
    nodes_[index].next = static_cast<std::int32_t>(open_ == kNone ? -1 : open_);
    // The link to the next sibling is written into this node when the sibling arrives, after Close.
    open_ = index;
    return true;
  }
  // REQUIRES: is_open().
  bool Close() {
    const std::size_t index = open_;
    Node& container = nodes_[index];
    open_ = container.next < 0 ? kNone : static_cast<std::size_t>(container.next);
    container.text = container.length == 0 ? 0 : 1;
    container.next = 0;
    --depth_;
    return container.kind != Kind::kObject || container.length < 2 || SortMembers(index);
  }

  bool Fail(ErrorCode code, std::string message, std::size_t offset) {
    error_ = ErrorAt(code, std::move(message), offset);
    return false;
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // A child is linked to its container; the value of a key just follows the key.
  bool Append(Kind kind, std::size_t offset, std::size_t length, bool is_child) {
    if (count_ == capacity_) {
      return Fail(ErrorCode::kLimitExceeded, "too many values and keys", offset);
    }
    const std::size_t index = count_++;
    nodes_[index] = {kind, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length),
                     0};
    if (is_child) {
      Node& container = nodes_[open_];
      if (container.length++ > 0) {
        nodes_[container.text].next = static_cast<std::int32_t>(index - container.text);
      }
      container.text = static_cast<std::uint32_t>(index);
    }
    return true;
  }

  std::string_view KeyAt(std::size_t index) const {
    return {text_ + nodes_[index].text, nodes_[index].length};
  }

  std::size_t LastOffset() const;
  bool SortMembers(std::size_t object);
  bool RelinkSorted(std::size_t object);

  const char* const text_;
  Node* const nodes_;
  const std::size_t capacity_;
  const Limits& limits_;
  std::size_t count_ = 0;
  std::size_t open_ = kNone;  // index of the innermost open container
  std::size_t depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_TREE_BUILDER_H_
