// The fields of one line, as RFC 8785 text that is never too long.
#ifndef CALLGATE_CORE_AUDIT_FIELDS_H_
#define CALLGATE_CORE_AUDIT_FIELDS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "core/json/object_writer.h"

namespace callgate::audit {

// Half a line: what is longer is left out, so that every line can be read back.
inline constexpr std::size_t kMaxFields = 512 << 10;

// REQUIRES: names are given in ascending order.
class Fields {
 public:
  Fields() : object_(text_) { text_.reserve(2048); }

  void Raw(std::string_view name, std::string_view json) { object_.Raw(name) += json; }
  void Whole(std::string_view name, std::string_view value) { object_.Text(name, value); }
  void Flag(std::string_view name, bool value) { object_.Flag(name, value); }
  // Cut after kMaxText characters.
  void Text(std::string_view name, std::string_view value);
  // What is empty does not apply, and is absent.
  void Known(std::string_view name, std::string_view value) {
    if (!value.empty()) Text(name, value);
  }
  // The object, once. Of more than kMaxFields bytes the longest fields are left out, and named with
  // their size and digest in `left_out`.
  std::string Finish();

 private:
  std::string text_;
  json::ObjectWriter object_;
};

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_FIELDS_H_
