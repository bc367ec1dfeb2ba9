#include "core/json/write.h"

namespace callgate::json {

void WriteLexical(Value value, KeyOrder order, std::string& out) {
  Output output(out, 0);
  Write(value, order, output, [](Value number, Output& to) {
    to.Put(number.number());
    return true;
  });
}

}  // namespace callgate::json
