#include <algorithm>
#include <cstdint>
#include <new>

#include "callgate/json.h"
#include "core/json/plain_text.h"
#include "core/json/reader.h"
#include "core/json/tree_builder.h"
#include "core/json/utf8.h"

namespace callgate::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsSeparator(char c) { return (c == ',') | (c == ':') | (c == '[') | (c == '{'); }

// Every node but the first follows one of these characters, so that their number bounds the nodes
// and one allocation, made before parsing, is enough. Blocks that a byte can count let the compiler
// count sixteen characters at once.
std::size_t CountSeparators(std::string_view text) {
  constexpr std::size_t kBlock = 128;
  std::size_t count = 0;
  while (text.size() >= kBlock) {
    std::uint8_t in_block = 0;
    for (std::size_t i = 0; i < kBlock; ++i) in_block += IsSeparator(text[i]);
    count += in_block;
    text.remove_prefix(kBlock);
  }
  for (const char c : text) count += IsSeparator(c);
  return count;
}

}  // namespace

Result<Document> Parse(std::string_view text, const Limits& limits) {
  // Links and offsets are 32 bits.
  constexpr std::size_t kLargestText = std::size_t{1} << 30;
  if (text.size() > std::min(limits.max_json_bytes, kLargestText)) {
    return Error{ErrorCode::kLimitExceeded,
                 "the text is longer than " + std::to_string(limits.max_json_bytes) + " bytes", ""};
  }
  if (text.starts_with(kByteOrderMark)) {
    return ErrorAt(ErrorCode::kInvalidJson, "expected no byte order mark", 0);
  }
  if (const std::size_t at = FindInvalidUtf8(text); at != std::string_view::npos) {
    return ErrorAt(ErrorCode::kInvalidJson, "expected UTF-8", at);
  }

  // One block: the texts of strings and numbers, then the nodes.
  const std::size_t text_bytes =
      (text.size() + kTextPadding + alignof(Node) - 1) / alignof(Node) * alignof(Node);
  const std::size_t capacity = std::min(CountSeparators(text) + 1, limits.max_json_nodes);
  Document::Block block(std::malloc(text_bytes + capacity * sizeof(Node)));
  if (block == nullptr) throw std::bad_alloc();
  char* const texts = static_cast<char*>(block.get());
  Node* const nodes = reinterpret_cast<Node*>(texts + text_bytes);

  TreeBuilder tree(texts, nodes, capacity, limits);
  if (!Reader(text, texts, tree, limits).Read()) return *tree.error();
  return Document(std::move(block), nodes, texts);
}

}  // namespace callgate::json
