// A growing array whose first elements live in the object: ordinary calls need no heap.
#ifndef CALLGATE_CORE_BASE_SMALL_VECTOR_H_
#define CALLGATE_CORE_BASE_SMALL_VECTOR_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace callgate::base {

// Elements are trivial and uninitialized until written. References are invalidated by Append.
template <typename T, std::size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  SmallVector() noexcept : data_(reinterpret_cast<T*>(inline_)) {}
  SmallVector(const SmallVector& other) : SmallVector() { Append(other.data(), other.size()); }
  SmallVector(SmallVector&& other) noexcept : SmallVector() {
    if (other.heap_ == nullptr) {
      std::memcpy(inline_, other.inline_, other.size_ * sizeof(T));
    } else {
      heap_ = std::move(other.heap_);
      data_ = reinterpret_cast<T*>(heap_.get());
      capacity_ = std::exchange(other.capacity_, N);
      other.data_ = reinterpret_cast<T*>(other.inline_);
    }
    size_ = std::exchange(other.size_, 0);
  }
  SmallVector& operator=(SmallVector&&) = delete;

  // REQUIRES: `value` is no element of this buffer.
  void Append(const T& value) {
    if (size_ == capacity_) Reserve(size_ + 1);
    // Built in place, not copied as bytes: a copy would wait for the stores that made `value`.
    ::new (static_cast<void*>(data_ + size_)) T(value);
    ++size_;
  }
  // NOLINTBEGIN(bugprone-sizeof-expression): T may be a pointer, and is what is copied.
  // REQUIRES: `values` are not elements of this buffer.
  void Append(const T* values, std::size_t count) {
    if (count == 0) return;
    if (capacity_ - size_ < count) Reserve(size_ + count);
    std::memcpy(static_cast<void*>(data_ + size_), values, count * sizeof(T));
    size_ += count;
  }
  void Reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    if (capacity < 2 * capacity_) capacity = 2 * capacity_;
    auto block = std::make_unique<Storage[]>(capacity);
    std::memcpy(static_cast<void*>(block.get()), data_, size_ * sizeof(T));
    heap_ = std::move(block);
    data_ = reinterpret_cast<T*>(heap_.get());
    capacity_ = capacity;
  }
  // NOLINTEND(bugprone-sizeof-expression)
  void Truncate(std::size_t size) noexcept { size_ = size; }
  void clear() noexcept { size_ = 0; }
  void pop_back() noexcept { --size_; }

  T& operator[](std::size_t i) noexcept { return data_[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  T& back() noexcept { return data_[size_ - 1]; }
  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  T* begin() noexcept { return data_; }
  T* end() noexcept { return data_ + size_; }
  const T* begin() const noexcept { return data_; }
  const T* end() const noexcept { return data_ + size_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  struct alignas(T) Storage {
    unsigned char bytes[sizeof(T)];  // NOLINT(bugprone-sizeof-expression)
  };

  T* data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = N;
  std::unique_ptr<Storage[]> heap_;
  alignas(T) unsigned char inline_[N * sizeof(T)];  // NOLINT(bugprone-sizeof-expression)
};

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_SMALL_VECTOR_H_
