// Errors of the core become exceptions of one family, whose classes are callgate._errors.
#ifndef CALLGATE_BINDINGS_PYTHON_ERRORS_H_
#define CALLGATE_BINDINGS_PYTHON_ERRORS_H_

#include <utility>

#include "callgate/error.h"
#include "callgate/result.h"

namespace callgate::python {

// The class is chosen by the function that was called, the code by the core.
enum class Raises { kCallgate, kJson, kKeyFormat, kPolicy, kToken, kEnvelope, kSession };

// REQUIRES: the GIL is held.
[[noreturn]] void Raise(Raises raises, const Error& error);

template <typename T>
T Take(Raises raises, Result<T> result) {
  if (!result.ok()) Raise(raises, result.error());
  return std::move(result).value();
}

inline void Take(Raises raises, const Result<void>& result) {
  if (!result.ok()) Raise(raises, result.error());
}

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_ERRORS_H_
