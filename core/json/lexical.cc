#include "core/json/write.h"

namespace callgate::json {

void PutLexical(Value value, KeyOrder order, Output& out) {
  Write(value, order, out, [](Value number, Output& to) {
    to.Put(number.number());
    return true;
  });
}

void WriteLexical(Value value, KeyOrder order, std::string& out) {
  Output output(out, 0);
  PutLexical(value, order, output);
}

}  // namespace callgate::json
