// Writes the compact text of objects and lists whose members are known: audit lines, exported
// states, tokens. What was parsed is written by WriteLexical.
#ifndef CALLGATE_CORE_JSON_OBJECT_WRITER_H_
#define CALLGATE_CORE_JSON_OBJECT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/json/plain_text.h"

namespace callgate::json {

// The key of a member. Of a literal it is known when it is compiled that nothing has to be escaped.
class Key {
 public:
  template <std::size_t kSize>
  consteval Key(const char (&literal)[kSize])  // NOLINT(google-explicit-constructor)
      : text_(literal, kSize - 1), is_plain_(IsPlainText(text_)) {}
  Key(std::string_view text)  // NOLINT(google-explicit-constructor)
      : text_(text), is_plain_(IsPlainText(text)) {}
  Key(const std::string& text)  // NOLINT(google-explicit-constructor)
      : Key(std::string_view(text)) {}

  std::string_view text() const noexcept { return text_; }
  bool is_plain() const noexcept { return is_plain_; }

 private:
  static constexpr bool IsPlainText(std::string_view text) noexcept {
    for (const char c : text) {
      if (!IsPlain(c)) return false;
    }
    return true;
  }

  std::string_view text_;
  bool is_plain_;
};

// Appends one object to a text. Members stand in the order in which they are given: the text is
// canonical (RFC 8785) when their keys ascend. An object inside it has a writer of its own:
//
//   ObjectWriter rate(object.Raw("rate_limit"));
//   rate.Integer("calls", 3);
//   rate.End();
//
// REQUIRES: no key is given twice; keys and texts are valid UTF-8; End() is called once, last.
class ObjectWriter {
 public:
  // `out` outlives the writer.
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void Text(Key key, std::string_view value);
  void Integer(Key key, std::int64_t value);
  void Flag(Key key, bool value);
  void Null(Key key);
  // Writes the key; the caller appends the JSON text of the value to what is returned, the text
  // that the writer was made for.
  std::string& Raw(Key key);
  void End() { out_ += '}'; }

 private:
  std::string& out_;
  bool is_first_ = true;
};

// Appends a list to `out`; `write(element)` appends each element.
template <typename List, typename Write>
void WriteList(const List& list, std::string& out, Write&& write) {
  out += '[';
  bool is_first = true;
  for (const auto& element : list) {
    if (!is_first) out += ',';
    is_first = false;
    write(element);
  }
  out += ']';
}

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_OBJECT_WRITER_H_
