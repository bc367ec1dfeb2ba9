// The JSON text of objects and lists.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_OBJECT_WRITER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_OBJECT_WRITER_H_

#include <string>
#include <string_view>
#include <vector>

#include "callgate/json.h"

namespace callgate::policy {

// Writes one object; members are given in the order of their keys.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  std::string& Key(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    json::AppendString(key, out_);
    out_ += ':';
    return out_;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

template <typename List, typename Write>
void WriteList(const List& list, std::string& out, Write&& write) {
  out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ',';
    first = false;
    write(element);
  }
  out += ']';
}

inline void WriteStrings(const std::vector<std::string>& list, std::string& out) {
  WriteList(list, out, [&](const std::string& text) { json::AppendString(text, out); });
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_OBJECT_WRITER_H_
