#include "core/json/write.h"

namespace callgate::json {

void WriteLexical(Value value, KeyOrder order, std::string& out) {
  Write(value, order, out, [](Value number, std::string& text) {
    text += number.number();
    return true;
  });
}

}  // namespace callgate::json
