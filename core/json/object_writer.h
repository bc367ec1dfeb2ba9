// Writes the compact text of objects and lists whose members are known: audit lines, exported
// states, tokens. What was parsed is written by WriteLexical.
#ifndef CALLGATE_CORE_JSON_OBJECT_WRITER_H_
#define CALLGATE_CORE_JSON_OBJECT_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace callgate::json {

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

  void Text(std::string_view key, std::string_view value);
  void Integer(std::string_view key, std::int64_t value);
  void Flag(std::string_view key, bool value);
  void Null(std::string_view key);
  // Writes the key; the caller appends the JSON text of the value to what is returned, the text
  // that the writer was made for.
  std::string& Raw(std::string_view key);
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
