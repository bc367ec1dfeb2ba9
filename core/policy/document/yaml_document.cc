// YAML text to a positioned tree, by the events of libyaml.
#include <yaml.h>

#include <algorithm>
#include <new>

#include "core/policy/document/document.h"
#include "core/policy/document/yaml_text.h"

namespace callgate::policy {
namespace {

// Marks count characters; positions and the text count bytes.
class Places {
 public:
  explicit Places(std::string_view text) noexcept : text_(text) {}

  // The offset of a mark. In linear time while marks do not go back.
  std::size_t OffsetOf(const yaml_mark_t& mark) noexcept {
    if (mark.index < index_) *this = Places(text_);
    for (; index_ < mark.index && offset_ < text_.size(); ++index_) {
      if (text_[offset_] == '\n') {
        ++line_;
        line_begin_ = offset_ + 1;
      }
      ++offset_;
      while (offset_ < text_.size() && (text_[offset_] & 0xC0) == 0x80) ++offset_;
    }
    return offset_;
  }
  Position Of(const yaml_mark_t& mark) noexcept {
    const std::size_t offset = OffsetOf(mark);
    return {line_, static_cast<std::uint32_t>(offset - line_begin_) + 1};
  }

 private:
  std::string_view text_;
  std::size_t index_ = 0;
  std::size_t offset_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
};

class Event {
 public:
  Event() noexcept : event_() {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }
  yaml_event_t* operator->() noexcept { return &event_; }
  yaml_event_t& operator*() noexcept { return event_; }

 private:
  yaml_event_t event_;
};

std::string_view View(const unsigned char* text, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(text), size};
}

bool IsNull(std::string_view plain) noexcept {
  return plain == "~" || plain == "null" || plain == "Null" || plain == "NULL";
}

// Reads one text.
class TreeReader {
 public:
  TreeReader(std::string_view text, Document& document, DocumentFault& fault)
      : text_(text), places_(text), document_(document), fault_(fault) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;
  ~TreeReader() { yaml_parser_delete(&parser_); }

  bool Read() {
    for (;;) {
      Event event;
      if (yaml_parser_parse(&parser_, &*event) == 0) return RefuseSyntax();
      if (event->type == YAML_STREAM_END_EVENT) return true;
      if (!Take(*event)) return false;
      after_ = places_.OffsetOf(event->end_mark);
    }
  }

 private:
  using Kind = Document::Kind;

  bool Take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return Refuse(event.start_mark, "doc.no-alias", "expected a value, found an alias");
      case YAML_SCALAR_EVENT:
        return TakeScalar(event);
      case YAML_SEQUENCE_START_EVENT:
        return CheckProperties(event.start_mark, event.data.sequence_start.anchor,
                               event.data.sequence_start.tag) &&
               Open(Kind::kList, event.start_mark,
                    event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
      case YAML_MAPPING_START_EVENT:
        return CheckProperties(event.start_mark, event.data.mapping_start.anchor,
                               event.data.mapping_start.tag) &&
               Open(Kind::kMap, event.start_mark,
                    event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        document_.Close();
        if (document_.depth() < flow_depth_) flow_depth_ = 0;
        return true;
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_STREAM_END_EVENT:
      case YAML_DOCUMENT_START_EVENT:
      case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return true;
  }

  bool TakeScalar(const yaml_event_t& event) {
    const yaml_mark_t& start = event.start_mark;
    const auto& scalar = event.data.scalar;
    const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && start.index == event.end_mark.index) return RefuseAbsent(start);
    if (!CheckProperties(start, scalar.anchor, scalar.tag)) return false;
    const Position position = places_.Of(start);
    const std::string_view value = View(scalar.value, scalar.length);
    Kind kind = Kind::kString;
    if (!plain) {
      if (!CheckText(scalar.style, start, event.end_mark)) return false;
    } else {
      if (IsNull(value)) return RefuseNull(position);
      if (flow_depth_ > 0 && value.find('?') != std::string_view::npos) {
        return RefuseQuestionMark(start);
      }
      if (value == "<<")
        return Refuse(start, "doc.no-merge-key", "expected a key, found a merge key");
      if (value == "true") kind = Kind::kTrue;
      if (value == "false") kind = Kind::kFalse;
      if (IsJsonNumber(value)) kind = Kind::kNumber;
    }
    if (!document_.Add(kind, position, document_.Keep(value))) {
      return Refuse(start, {}, "expected fewer values");
    }
    return true;
  }

  bool Open(Kind kind, const yaml_mark_t& mark, bool flow) {
    if (document_.depth() == kMaxDocumentDepth) return Refuse(mark, {}, "expected fewer levels");
    if (!document_.Open(kind, places_.Of(mark))) return Refuse(mark, {}, "expected fewer values");
    if (flow && flow_depth_ == 0) flow_depth_ = document_.depth();
    return true;
  }

  // Also of a question mark: within brackets libyaml takes every ? before a node for that of a key.
  bool CheckProperties(const yaml_mark_t& mark, const unsigned char* anchor,
                       const unsigned char* tag) {
    if (anchor != nullptr)
      return Refuse(mark, "doc.no-anchor", "expected a value, found an anchor");
    if (tag != nullptr) return Refuse(mark, "doc.no-tag", "expected a value, found a tag");
    if (flow_depth_ > 0) {
      const std::size_t offset = places_.OffsetOf(mark);
      const std::string_view gap = text_.substr(after_ - 1, offset - after_ + 1);
      if (gap.ends_with('?') || gap.find("?#") != std::string_view::npos) {
        return RefuseQuestionMark(mark);
      }
    }
    return true;
  }

  // A scalar that is not plain. libyaml takes a block scalar that is not indented, and escapes and
  // empty lines that other parsers read as another value.
  bool CheckText(yaml_scalar_style_t style, const yaml_mark_t& start, const yaml_mark_t& end) {
    const bool in_double_quotes = style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    const bool quoted = in_double_quotes || style == YAML_SINGLE_QUOTED_SCALAR_STYLE;
    const std::uint32_t column = places_.Of(start).column;
    const std::size_t begin = places_.OffsetOf(start);
    const std::size_t after = places_.OffsetOf(end);
    const std::string_view text = text_.substr(begin, after - begin);
    if (in_double_quotes && HasRefusedEscape(text)) {
      return Refuse(start, "doc.wrong-type",
                    "expected no escapes \\_ and \\N, write \\xA0 and \\x85");
    }
    if (!quoted && document_.depth() > 0 && column <= document_.innermost().position.column) {
      return Refuse(start, "doc.yaml-block-text", "expected deeper indentation");
    }
    const bool folded = style == YAML_FOLDED_SCALAR_STYLE;
    if ((quoted && EndsWithEmptyLine(text)) ||
        (folded && (KeepsEmptyLines(text) || EndsWithinBlankLine(text_, after)))) {
      return Refuse(start, "doc.yaml-empty-lines",
                    "expected no empty lines at the end of a folded text");
    }
    return true;
  }

  bool Refuse(const yaml_mark_t& mark, std::string_view rule, std::string message) {
    fault_ = {places_.Of(mark), std::move(message), rule, {}};
    return false;
  }
  bool RefuseQuestionMark(const yaml_mark_t& mark) {
    return Refuse(mark, "doc.yaml-question-mark",
                  "expected quotes around a text with ? within brackets");
  }
  bool RefuseNull(Position position) {
    const bool is_empty = document_.depth() == 0;
    fault_ = {position,
              is_empty ? "expected a context or a list of contexts, found an empty document"
                       : "expected a value, found null (in a schema, nullable: true with a "
                         "type says that null is accepted)",
              is_empty ? "doc.empty" : "doc.no-yaml-null",
              {}};
    return false;
  }
  // A node of no text. It is refused at a key that lacks its value, else at what comes instead.
  bool RefuseAbsent(const yaml_mark_t& mark) {
    std::size_t offset = places_.OffsetOf(mark);
    const std::string_view gap = text_.substr(after_, offset - after_);
    if (document_.depth() > 0 && !Holds(offset - 1, ":-?") &&
        gap.find_first_of(":?") == std::string_view::npos) {
      const Position key = document_[document_.size() - 1].position;
      if (flow_depth_ == 0) return RefuseNull({key.line, document_.innermost().position.column});
      if (!Holds(offset, ",}") || places_.Of(mark).line != key.line) return RefuseNull(key);
    }
    for (; Holds(offset, " \t\r\n#"); ++offset) {
      if (text_[offset] == '#') offset = std::min(text_.find('\n', offset), text_.size() - 1);
    }
    Position position = PositionOf(text_, offset);
    if (offset == text_.size()) position.column = 1;  // the line, which may hold comments
    return RefuseNull(position);
  }
  bool Holds(std::size_t offset, std::string_view any) const noexcept {
    return offset < text_.size() && any.find(text_[offset]) != std::string_view::npos;
  }
  bool RefuseSyntax() {
    if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    std::string message = "expected YAML: ";
    const std::size_t at = places_.OffsetOf(parser_.problem_mark);
    const bool is_tab = at < text_.size() && text_[at] == '\t' &&
                        std::string_view(parser_.problem).find("cannot start") != std::string::npos;
    message += is_tab ? "a tab stands where YAML takes spaces alone" : parser_.problem;
    if (parser_.context == nullptr) {
      return Refuse(parser_.problem_mark, {}, std::move(message));
    }
    message.append(" ").append(parser_.context);
    // The last line, when it lacks its colon, is refused where it begins.
    const bool lacks_colon = std::string_view(parser_.context) == "while scanning a simple key" &&
                             places_.OffsetOf(parser_.problem_mark) == text_.size();
    return Refuse(lacks_colon ? parser_.context_mark : parser_.problem_mark, {},
                  std::move(message));
  }

  std::string_view text_;
  Places places_;
  Document& document_;
  DocumentFault& fault_;
  yaml_parser_t parser_;
  std::size_t after_ = 0;       // the offset after the last event
  std::size_t flow_depth_ = 0;  // of the outermost open brackets
};

}  // namespace

bool ReadYaml(std::string_view text, Document& document, DocumentFault& fault) {
  std::size_t offset = 0;
  if (FindUnprintable(text, offset)) {
    fault = {PositionOf(text, offset), "expected printable text", "doc.yaml-characters", {}};
    return false;
  }
  if (FindTooDeep(text, offset)) {
    fault = {PositionOf(text, offset), "expected fewer levels", {}, {}};
    return false;
  }
  if (FindTagDirective(text, offset)) {
    fault = {PositionOf(text, offset), "expected no tags", "doc.no-tag", {}};
    return false;
  }
  if (!TreeReader(text, document, fault).Read()) return false;
  if (document.size() == 0) {
    fault = {
        {}, "expected a context or a list of contexts, found an empty document", "doc.empty", {}};
    return false;
  }
  return true;
}

}  // namespace callgate::policy
