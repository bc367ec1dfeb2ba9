// What a token must say, and a signature over one, from Python's parameters.
#ifndef CALLGATE_BINDINGS_PYTHON_TOKEN_H_
#define CALLGATE_BINDINGS_PYTHON_TOKEN_H_

#include <optional>
#include <string>

#include "border.h"
#include "callgate/crypto.h"
#include "callgate/token.h"

namespace callgate::python {

std::optional<std::string> TextOption(py::handle value, const char* name);
TokenExpectations ExpectationsFrom(py::handle issuer, py::handle audience, long long leeway,
                                   bool accept_any_audience);
// 64 bytes; TokenError for another number of them, TypeError.
Signature SignatureFrom(py::handle bytes);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_TOKEN_H_
