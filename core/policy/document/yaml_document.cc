// YAML text to a positioned tree, by yaml-cpp's events: its nodes are slow and resolve what policy
// documents must not hold.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "core/base/ascii.h"
#include "core/json/utf8.h"
#include "core/policy/document/document.h"

namespace callgate::policy {
namespace {

// Leaves the parser from inside an event; never leaves this file.
struct Refused {
  DocumentFault fault;
};

Position At(const YAML::Mark& mark) noexcept {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

[[noreturn]] void Refuse(const YAML::Mark& mark, const char* message) {
  throw Refused{{At(mark), message}};
}

class TreeHandler final : public YAML::EventHandler {
 public:
  using Kind = Document::Kind;

  TreeHandler(std::string_view text, Document& document) noexcept
      : text_(text), document_(document) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckPlain(mark, anchor, "?");
    Refuse(mark, document_.depth() == 0
                     ? "expected a context or a list of contexts, found an empty document"
                     : "expected a value, found null");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "expected a value, found an alias");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckPlain(mark, anchor, tag);
    // yaml-cpp writes the escapes \_ and \N as one byte of Latin-1.
    if (json::FindInvalidUtf8(value) != std::string_view::npos) {
      Refuse(mark, "expected no escapes \\_ and \\N, write \\xA0 and \\x85");
    }
    Kind kind = Kind::kString;
    if (tag == "?") {
      if (value == "<<") Refuse(mark, "expected a key, found a merge key");
      if (value == "true") kind = Kind::kTrue;
      if (value == "false") kind = Kind::kFalse;
      if (IsJsonNumber(value)) kind = Kind::kNumber;
    }
    if (!document_.Add(kind, At(mark), document_.Keep(value)))
      Refuse(mark, "expected fewer values");
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { document_.Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { document_.Close(); }

 private:
  void Open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    CheckPlain(mark, anchor, tag);
    if (document_.depth() == kMaxDocumentDepth) Refuse(mark, "expected fewer levels");
    if (!document_.Open(kind, At(mark))) Refuse(mark, "expected fewer values");
  }

  // Untagged nodes have the tag "?", or "!" when they are quoted or block scalars. An event does
  // not tell a quoted scalar from one tagged "!", but the text does: the mark of a node with
  // properties is theirs.
  void CheckPlain(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) const {
    const auto offset = static_cast<std::size_t>(mark.pos);
    const char first = offset < text_.size() ? text_[offset] : '\0';
    if (anchor != YAML::NullAnchor || first == '&') {
      Refuse(mark, "expected a value, found an anchor");
    }
    if ((tag != "?" && tag != "!") || first == '!') Refuse(mark, "expected a value, found a tag");
  }

  std::string_view text_;
  Document& document_;
};

// A view as a stream, without a copy.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) noexcept {
    char* const begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// The scanner holds every open bracket, and more for each, before the first event: so the depth is
// bounded here. Comments and text that is quoted within a line are passed over. What stays
// uncounted costs memory in proportion to the size of the text, which is bounded.
bool FindTooDeep(std::string_view text, std::size_t& offset) noexcept {
  std::size_t depth = 0;
  bool scalar_may_begin = true;
  char before = '\n';
  for (std::size_t i = 0; i < text.size(); before = text[i++]) {
    const char c = text[i];
    if (c == '#' && (before == ' ' || before == '\t' || before == '\n')) {
      i = std::min(text.find('\n', i), text.size() - 1);
      scalar_may_begin = true;
      continue;
    }
    if (scalar_may_begin && (c == '"' || c == '\'')) {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != c && text[end] != '\n') {
        end += c == '"' && text[end] == '\\' ? 2 : 1;
      }
      if (end < text.size() && text[end] == c) i = end;
      scalar_may_begin = false;
      continue;
    }
    if (c == '[' || c == '{') {
      if (++depth > kMaxDocumentDepth) {
        offset = i;
        return true;
      }
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
    const bool space = c == ' ' || c == '\t';
    scalar_may_begin = c == '[' || c == '{' || c == ',' || c == '\n' || c == ':' ||
                       (scalar_may_begin && (space || c == '-' || c == '?'));
  }
  return false;
}

// What YAML 1.2 lets a document hold, and no byte order mark: yaml-cpp guesses encodings.
bool FindUnprintable(std::string_view text, std::size_t& offset) noexcept {
  if (text.starts_with("\xEF\xBB\xBF")) {
    offset = 0;
    return true;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (base::IsAsciiControl(c) && c != '\t' && c != '\n' && c != '\r') {
      offset = i;
      return true;
    }
  }
  return false;
}

}  // namespace

bool ReadYaml(std::string_view text, Document& document, DocumentFault& fault) {
  std::size_t offset = 0;
  if (FindUnprintable(text, offset)) {
    fault = {PositionOf(text, offset), "expected printable text"};
    return false;
  }
  if (FindTooDeep(text, offset)) {
    fault = {PositionOf(text, offset), "expected fewer levels"};
    return false;
  }
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeHandler handler(text, document);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const Refused& refused) {
    fault = refused.fault;
    return false;
  } catch (const YAML::Exception& error) {
    fault = {At(error.mark), "expected YAML: " + error.msg.substr(0, 100)};
    return false;
  }
  if (document.size() == 0) {
    fault = {{}, "expected a context or a list of contexts, found an empty document"};
    return false;
  }
  return true;
}

}  // namespace callgate::policy
