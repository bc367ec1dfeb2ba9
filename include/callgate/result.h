// Result<T>: a value or the Error that explains its absence.
#ifndef CALLGATE_RESULT_H_
#define CALLGATE_RESULT_H_

#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "callgate/error.h"

namespace callgate {

// REQUIRES: ok() before value(), operator* or operator->; !ok() before error(). A violation
// aborts: reading a value that is not there must never look like success.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<1>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<0>, std::move(error)) {}

  bool ok() const noexcept { return state_.index() == 1; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & { return *Get(); }
  const T& value() const& { return *const_cast<Result*>(this)->Get(); }
  T&& value() && { return std::move(*Get()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return Get(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    if (ok()) std::abort();
    return *std::get_if<0>(&state_);
  }
  Error&& error() && {
    if (ok()) std::abort();
    return std::move(*std::get_if<0>(&state_));
  }

 private:
  T* Get() {
    if (!ok()) std::abort();
    return std::get_if<1>(&state_);
  }

  std::variant<Error, T> state_;
};

// Success, or the Error that explains its absence.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const& {
    if (ok()) std::abort();
    return *error_;
  }
  Error&& error() && {
    if (ok()) std::abort();
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace callgate

#endif  // CALLGATE_RESULT_H_
