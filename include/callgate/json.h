// Strict JSON: parse once into an immutable value, write it back in canonical form.
#ifndef CALLGATE_JSON_H_
#define CALLGATE_JSON_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/limits.h"
#include "callgate/result.h"

namespace callgate::json {

enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

// One value or key of a document. Links are relative, so that a document may move in memory.
struct Node {
  Kind kind;
  std::uint32_t text;    // scalars: where the text begins; containers: distance to the first child
  std::uint32_t length;  // scalars: bytes of text; containers: number of elements or members
  std::int32_t next;     // distance to the next element, or to the next key; 0 at the last one
};

class Document;
struct Member;
Result<Document> Parse(std::string_view text, const Limits& limits);

// A value inside a Document: a view of two pointers, cheap to copy, valid while its Document lives.
// Members of objects are held and iterated in code-point order of their keys, which are unique.
//
// Thread-safety: immutable. REQUIRES: each accessor names the kinds it may be called on.
class Value {
 public:
  Kind kind() const noexcept { return node_->kind; }
  bool is_null() const noexcept { return kind() == Kind::kNull; }
  bool is_bool() const noexcept { return kind() == Kind::kTrue || kind() == Kind::kFalse; }
  bool is_number() const noexcept { return kind() == Kind::kNumber; }
  bool is_string() const noexcept { return kind() == Kind::kString; }
  bool is_array() const noexcept { return kind() == Kind::kArray; }
  bool is_object() const noexcept { return kind() == Kind::kObject; }

  bool boolean() const noexcept { return kind() == Kind::kTrue; }
  // REQUIRES: is_string(). The decoded text: valid UTF-8, may contain NUL.
  std::string_view string() const noexcept { return {text_ + node_->text, node_->length}; }
  // REQUIRES: is_number(). The digits exactly as the source had them.
  std::string_view number() const noexcept { return {text_ + node_->text, node_->length}; }
  // REQUIRES: is_string() or is_number(). Where the text begins in the source, in bytes; for a
  // string, after the quote.
  std::size_t offset() const noexcept { return node_->text; }
  // REQUIRES: is_array() or is_object(). Number of elements or members.
  std::size_t size() const noexcept { return node_->length; }
  // The number when it is an integer, written without fraction or exponent, that fits.
  std::optional<std::int64_t> integer() const noexcept;
  // The nearest IEEE 754 double; nullopt unless is_number() and in range.
  std::optional<double> number_as_double() const noexcept;

  // The member with that key; nullopt when there is none or this is no object.
  std::optional<Value> Find(std::string_view key) const noexcept;

  class ElementIterator;
  class MemberIterator;
  template <typename Iterator>
  struct Range {
    Iterator first;
    Iterator begin() const noexcept { return first; }
    Iterator end() const noexcept { return Iterator(nullptr, nullptr); }
  };
  Range<ElementIterator> elements() const noexcept;  // REQUIRES: is_array()
  Range<MemberIterator> members() const noexcept;    // REQUIRES: is_object()

 private:
  friend class Document;
  Value(const Node* node, const char* text) noexcept : node_(node), text_(text) {}

  const Node* node_;
  const char* text_;
};

struct Member {
  std::string_view key;
  Value value;
};

class Value::ElementIterator {
 public:
  ElementIterator(const Node* node, const char* text) noexcept : node_(node), text_(text) {}
  Value operator*() const noexcept { return Value(node_, text_); }
  ElementIterator& operator++() noexcept {
    node_ = node_->next == 0 ? nullptr : node_ + node_->next;
    return *this;
  }
  bool operator!=(const ElementIterator& other) const noexcept { return node_ != other.node_; }

 private:
  const Node* node_;
  const char* text_;
};

// A key is a string node; its value is the node after it.
class Value::MemberIterator {
 public:
  MemberIterator(const Node* node, const char* text) noexcept : node_(node), text_(text) {}
  Member operator*() const noexcept {
    return {Value(node_, text_).string(), Value(node_ + 1, text_)};
  }
  MemberIterator& operator++() noexcept {
    node_ = node_->next == 0 ? nullptr : node_ + node_->next;
    return *this;
  }
  bool operator!=(const MemberIterator& other) const noexcept { return node_ != other.node_; }

 private:
  const Node* node_;
  const char* text_;
};

inline Value::Range<Value::ElementIterator> Value::elements() const noexcept {
  return {ElementIterator(size() == 0 ? nullptr : node_ + node_->text, text_)};
}
inline Value::Range<Value::MemberIterator> Value::members() const noexcept {
  return {MemberIterator(size() == 0 ? nullptr : node_ + node_->text, text_)};
}

// A parsed text: owns one block of memory that holds all its values. Move-only; the Values of a
// Document stay valid when it is moved.
class Document {
 public:
  Value root() const noexcept { return Value(nodes_, text_); }

 private:
  friend Result<Document> Parse(std::string_view text, const Limits& limits);
  struct Free {
    void operator()(void* block) const noexcept { std::free(block); }
  };
  using Block = std::unique_ptr<void, Free>;
  Document(Block block, const Node* nodes, const char* text) noexcept
      : block_(std::move(block)), nodes_(nodes), text_(text) {}

  Block block_;
  const Node* nodes_;
  const char* text_;
};

// Parses one RFC 8259 text in UTF-8. Refused, with INVALID_JSON and "byte N": duplicate keys (after
// unescaping), lone surrogates, invalid UTF-8, a byte order mark, NaN and infinities, numbers that
// are no IEEE 754 double, text after the value; with LIMIT_EXCEEDED whatever is over `limits`.
// Linear in the size of the text but for the sorting of keys; no recursion.
Result<Document> Parse(std::string_view text, const Limits& limits = {});

// The order of an object's keys: by code points (Python, Rust) or by UTF-16 code units
// (RFC 8785, JavaScript). They differ only where astral keys meet keys of U+E000..U+FFFF.
enum class KeyOrder : std::uint8_t { kCodePoint, kUtf16 };

// Appends the compact text of `value`, keys sorted, every number exactly as its source wrote it.
// This is the form that every public SMCP and SEAL SDK signs. No recursion.
void WriteLexical(Value value, KeyOrder order, std::string& out);
// True when the two orders give different bytes for `value`.
[[nodiscard]] bool KeyOrdersDiffer(Value value) noexcept;

// RFC 8785 (JCS) bytes. Stricter than RFC 8785 in one thing: a number that is written, or would be
// written, as an integer beyond +-(2^53 - 1) is refused, since readers disagree about its value.
// Numbers from 1e21 on, written with an exponent, pass. Errors as Parse.
Result<std::string> Canonicalize(std::string_view text, const Limits& limits = {});
Result<std::string> Canonicalize(Value value);

// Appends `text`, which must be valid UTF-8, as a JSON string with quotes, escaped as RFC 8785
// section 3.2.2.2 says.
void AppendString(std::string_view text, std::string& out);
// True for well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool IsValidUtf8(std::string_view text) noexcept;

}  // namespace callgate::json

#endif  // CALLGATE_JSON_H_
