// A policy document as a tree with positions, whatever format it was written in.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_DOCUMENT_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_DOCUMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text_arena.h"

namespace callgate::policy {

struct Position {
  std::uint32_t line = 1;    // from 1
  std::uint32_t column = 1;  // in bytes, from 1
};

// Why a document is refused.
struct DocumentFault {
  Position position;
  std::string message;    // what was expected there, and so what to write
  std::string_view rule;  // id of the rule in docs/policy.md; static
  std::string found;      // what stands there, bounded and without control characters; may be empty
};

// What a YAML document may be nested. A context in the short form needs seven, and the deepest
// schema as many as there are. JSON is bounded where it is parsed.
inline constexpr std::size_t kMaxDocumentDepth = 32;

struct DocumentNode {
  enum class Kind : std::uint8_t { kNull, kTrue, kFalse, kNumber, kString, kList, kMap };
  Kind kind;
  Position position;
  std::uint32_t end = 0;  // one past the last node below; children follow their container, and in a
                          // map each key is followed by its value
  std::string_view text;  // of strings, and of numbers as written
};

// The texts of the nodes live in the document or in its source.
class Document {
 public:
  using Kind = DocumentNode::Kind;

  explicit Document(std::size_t max_nodes) noexcept : max_nodes_(max_nodes) {}

  // False when the document has more nodes than allowed.
  [[nodiscard]] bool Add(Kind kind, Position position, std::string_view text);
  [[nodiscard]] bool Open(Kind kind, Position position);
  // Closes what was opened last.
  void Close();
  std::size_t depth() const noexcept { return open_.size(); }
  // What was opened last and is open. REQUIRES: depth() > 0.
  const DocumentNode& innermost() const noexcept { return nodes_[open_.back()]; }
  // A copy of `text` that lives as long as the document.
  std::string_view Keep(std::string_view text);
  base::TextArena& texts() noexcept { return texts_; }

  const DocumentNode& operator[](std::uint32_t i) const noexcept { return nodes_[i]; }
  // The roots, one after the other, begin at 0 and end here.
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }

 private:
  std::size_t max_nodes_;
  std::vector<DocumentNode> nodes_;
  std::vector<std::uint32_t> open_;
  base::TextArena texts_;
};

// False with `fault` when refused.
//
// Reads YAML: strings, booleans and numbers, lists and maps; no anchors, aliases, tags or nulls.
[[nodiscard]] bool ReadYaml(std::string_view text, Document& document, DocumentFault& fault);
// Reads JSON. REQUIRES: json::Parse accepts `text`.
[[nodiscard]] bool ReadJson(std::string_view text, Document& document, DocumentFault& fault);

// The position of a byte of `text`.
Position PositionOf(std::string_view text, std::size_t offset) noexcept;
// True for -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
[[nodiscard]] bool IsJsonNumber(std::string_view text) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_DOCUMENT_H_
