#if defined(__SSE2__)
#define RAPIDJSON_SSE2  // strings and white space 16 bytes at a time
#elif defined(__ARM_NEON)
#define RAPIDJSON_NEON
#endif
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <vector>

#include "callgate/json.h"
#include "core/json/utf8.h"

namespace callgate::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// RapidJSON reads strings 16 bytes at a time and may look past the end by that much.
constexpr std::size_t kPadding = 32;
constexpr std::size_t kParserStackBytes = 2048;

std::string At(std::size_t offset) { return "byte " + std::to_string(offset); }

Error Invalid(std::string message, std::size_t offset) {
  return {ErrorCode::kInvalidJson, std::move(message), At(offset)};
}

Error OverLimit(std::string message, std::size_t offset) {
  return {ErrorCode::kLimitExceeded, std::move(message), At(offset)};
}

std::string_view Expected(rapidjson::ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "expected a value, found the end";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "expected the end of the text";
    case rapidjson::kParseErrorValueInvalid:
      return "expected a value";
    case rapidjson::kParseErrorObjectMissName:
      return "expected a key in quotes";
    case rapidjson::kParseErrorObjectMissColon:
      return "expected ':'";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "expected ',' or '}'";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "expected ',' or ']'";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "expected four hexadecimal digits";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return "expected a low surrogate: a lone surrogate is no character";
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "expected an escape of RFC 8259; control characters must be escaped";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "expected a closing quote";
    case rapidjson::kParseErrorStringInvalidEncoding:
      return "expected UTF-8";
    case rapidjson::kParseErrorNumberTooBig:
      return "expected a number that a double can hold";
    case rapidjson::kParseErrorNumberMissFraction:
      return "expected a digit after '.'";
    case rapidjson::kParseErrorNumberMissExponent:
      return "expected a digit in the exponent";
    case rapidjson::kParseErrorNone:
    case rapidjson::kParseErrorTermination:
    case rapidjson::kParseErrorUnspecificSyntaxError:
      break;
  }
  return "expected JSON";
}

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

// A double holds up to 15 decimal digits exactly; longer numbers are worth the conversion.
bool FitsDouble(std::string_view digits) {
  constexpr std::size_t kSafeDigits = 15;
  const auto is_integer_character = [](char c) { return c == '-' || ('0' <= c && c <= '9'); };
  if (digits.size() <= kSafeDigits &&
      std::all_of(digits.begin(), digits.end(), is_integer_character)) {
    return true;
  }
  double value;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

// Receives RapidJSON's events. While a container is open its node holds, in place of the final
// links, the index of its last child (`text`) and of its parent (`next`).
class TreeBuilder {
 public:
  TreeBuilder(char* text, Node* nodes, std::size_t capacity, bool has_escapes, const Limits& limits)
      : text_(text),
        nodes_(nodes),
        capacity_(capacity),
        has_escapes_(has_escapes),
        limits_(limits) {}

  bool Null() { return AddScalar(Kind::kNull, 0, 0); }
  bool Bool(bool value) { return AddScalar(value ? Kind::kTrue : Kind::kFalse, 0, 0); }
  bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
    const std::string_view number(digits, length);
    if (length > limits_.max_number_bytes) {
      return Fail(OverLimit("a number has too many digits", Offset(digits)));
    }
    if (!FitsDouble(number)) {
      return Fail(Invalid("expected a number that a double can hold", Offset(digits)));
    }
    return AddScalar(Kind::kNumber, Offset(digits), length);
  }
  bool String(const char* string, rapidjson::SizeType length, bool) {
    return CheckString(string, length) && AddScalar(Kind::kString, Offset(string), length);
  }
  bool Key(const char* string, rapidjson::SizeType length, bool) {
    return CheckString(string, length) && Append(Kind::kString, Offset(string), length, true);
  }
  bool StartObject() { return Open(Kind::kObject); }
  bool StartArray() { return Open(Kind::kArray); }
  bool EndObject(rapidjson::SizeType count) {
    const std::size_t object = open_;
    Close(count);
    return count < 2 || SortMembers(object, count);
  }
  bool EndArray(rapidjson::SizeType count) {
    Close(count);
    return true;
  }
  // Numbers arrive as text only; RapidJSON wants the rest to exist.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  const std::optional<Error>& error() const { return error_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::uint32_t Offset(const char* at) const { return static_cast<std::uint32_t>(at - text_); }

  bool Fail(Error error) {
    error_ = std::move(error);
    return false;
  }

  // RapidJSON decodes a lone \uDC00 to bytes that are no UTF-8; nothing else can be wrong here.
  bool CheckString(const char* string, std::size_t length) {
    if (has_escapes_ && !IsValidUtf8({string, length})) {
      return Fail(Invalid("a lone surrogate is no character", Offset(string)));
    }
    return true;
  }

  bool AddScalar(Kind kind, std::uint32_t text, std::size_t length) {
    return Append(kind, text, length, open_ != kNone && nodes_[open_].kind == Kind::kArray);
  }

  // A child is linked to its container; the value of a key just follows the key.
  bool Append(Kind kind, std::uint32_t text, std::size_t length, bool is_child) {
    if (count_ == capacity_) return Fail(OverLimit("too many values and keys", text));
    const std::size_t index = count_++;
    nodes_[index] = {kind, text, static_cast<std::uint32_t>(length), 0};
    if (is_child) {
      Node& container = nodes_[open_];
      if (container.length++ > 0) {
        nodes_[container.text].next = static_cast<std::int32_t>(index - container.text);
      }
      container.text = static_cast<std::uint32_t>(index);
    }
    return true;
  }

  bool Open(Kind kind) {
    if (depth_ == limits_.max_json_depth) {
      return Fail(OverLimit("too many arrays and objects inside each other", LastOffset()));
    }
    if (!AddScalar(kind, 0, 0)) return false;
    ++depth_;
    const std::size_t index = count_ - 1;
    nodes_[index].next = static_cast<std::int32_t>(open_ == kNone ? -1 : open_);
    // The link to the next sibling is written into this node when the sibling arrives, after Close.
    open_ = index;
    return true;
  }

  void Close(std::size_t count) {
    Node& container = nodes_[open_];
    open_ = container.next < 0 ? kNone : static_cast<std::size_t>(container.next);
    container.text = count == 0 ? 0 : 1;
    container.next = 0;
    --depth_;
  }

  // Where the last text that was seen begins: near enough to a bracket to find it.
  std::size_t LastOffset() const {
    for (std::size_t i = count_; i-- > 0;) {
      if (nodes_[i].kind == Kind::kString || nodes_[i].kind == Kind::kNumber) return nodes_[i].text;
    }
    return 0;
  }

  std::string_view KeyAt(std::size_t index) const {
    return {text_ + nodes_[index].text, nodes_[index].length};
  }

  // Relinks the members in the order of their keys. Most writers emit them sorted or nearly so.
  bool SortMembers(std::size_t object, std::size_t count) {
    std::size_t at = object + 1;
    bool sorted = true;
    for (std::size_t i = 1; i < count && sorted; ++i) {
      const std::size_t next = at + static_cast<std::size_t>(nodes_[at].next);
      sorted = KeyAt(at) < KeyAt(next);
      at = next;
    }
    if (sorted) return true;

    constexpr std::size_t kOnStack = 32;
    std::uint32_t small[kOnStack];
    std::vector<std::uint32_t> large;
    std::uint32_t* keys = small;
    if (count > kOnStack) {
      large.resize(count);
      keys = large.data();
    }
    at = object + 1;
    for (std::size_t i = 0; i < count; ++i) {
      keys[i] = static_cast<std::uint32_t>(at);
      at += static_cast<std::size_t>(nodes_[at].next);
    }
    std::sort(keys, keys + count, [this](std::uint32_t a, std::uint32_t b) {
      const int order = KeyAt(a).compare(KeyAt(b));
      return order != 0 ? order < 0 : a < b;
    });
    for (std::size_t i = 1; i < count; ++i) {
      if (KeyAt(keys[i - 1]) == KeyAt(keys[i])) {
        return Fail(
            Invalid("this object already has a member with this key", nodes_[keys[i]].text));
      }
    }
    nodes_[object].text = static_cast<std::uint32_t>(keys[0] - object);
    for (std::size_t i = 0; i < count; ++i) {
      nodes_[keys[i]].next = i + 1 == count ? 0
                                            : static_cast<std::int32_t>(keys[i + 1]) -
                                                  static_cast<std::int32_t>(keys[i]);
    }
    return true;
  }

  char* const text_;
  Node* const nodes_;
  const std::size_t capacity_;
  const bool has_escapes_;
  const Limits& limits_;
  std::size_t count_ = 0;
  std::size_t open_ = kNone;  // index of the innermost open container
  std::size_t depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<Document> Parse(std::string_view text, const Limits& limits) {
  // Links and offsets are 32 bits.
  constexpr std::size_t kLargestText = std::size_t{1} << 30;
  if (text.size() > std::min(limits.max_json_bytes, kLargestText)) {
    return Error{ErrorCode::kLimitExceeded,
                 "the text is longer than " + std::to_string(limits.max_json_bytes) + " bytes", ""};
  }
  if (text.starts_with(kByteOrderMark)) return Invalid("expected no byte order mark", 0);
  if (const std::size_t at = FindInvalidUtf8(text); at != std::string_view::npos) {
    return Invalid("expected UTF-8", at);
  }

  // One block: the text, which RapidJSON decodes in place, then the nodes.
  const std::size_t text_bytes =
      (text.size() + kPadding + alignof(Node) - 1) / alignof(Node) * alignof(Node);
  const std::size_t capacity = std::min(CountSeparators(text) + 1, limits.max_json_nodes);
  Document::Block block(std::malloc(text_bytes + capacity * sizeof(Node)));
  if (block == nullptr) throw std::bad_alloc();
  char* const copy = static_cast<char*>(block.get());
  // An empty view may have no data.
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  std::memset(copy + text.size(), 0, text_bytes - text.size());
  Node* const nodes = reinterpret_cast<Node*>(copy + text_bytes);

  const bool has_escapes = text.find('\\') != std::string_view::npos;
  TreeBuilder builder(copy, nodes, capacity, has_escapes, limits);
  alignas(std::max_align_t) char stack[kParserStackBytes];
  rapidjson::MemoryPoolAllocator<> allocator(stack, sizeof stack);
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::MemoryPoolAllocator<>>
      reader(&allocator, kParserStackBytes / 4);
  rapidjson::InsituStringStream stream(copy);
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, builder);
  if (builder.error()) return *builder.error();
  if (parsed.IsError()) return Invalid(std::string(Expected(parsed.Code())), parsed.Offset());
  // RapidJSON takes a NUL for the end.
  if (stream.Tell() != text.size()) return Invalid("expected the end of the text", stream.Tell());
  return Document(std::move(block), nodes, copy);
}

}  // namespace callgate::json
