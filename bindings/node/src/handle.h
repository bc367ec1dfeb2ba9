// C++ values that JavaScript objects hold in a private field, freed when those are collected.
#ifndef CALLGATE_BINDINGS_NODE_HANDLE_H_
#define CALLGATE_BINDINGS_NODE_HANDLE_H_

#include <napi.h>

#include <cstdint>
#include <utility>

#include "addon.h"

namespace callgate::node {

// An External around a T. `bytes`, what it costs on top of JavaScript's own memory, is told to the
// garbage collector, which otherwise sees a pointer.
template <typename T>
class Handle {
 public:
  static Napi::Value New(Napi::Env env, T value, std::int64_t bytes) {
    auto* box = new Box{std::move(value), bytes};
    napi_value external;
    if (napi_create_external(env, box, Free, nullptr, &external) != napi_ok) {
      delete box;
      return {};
    }
    Adjust(env, bytes);
    return {env, external};
  }

  // The value has come to hold more.
  static void Grow(Napi::Env env, const Napi::Value& external, std::int64_t bytes) {
    BoxOf(external).bytes += bytes;
    Adjust(env, bytes);
  }

  // REQUIRES: `external` came from New of the same T; the classes of lib/ see to it. Throws
  // NotOfThePackage where it is no handle at all.
  static T& Get(const Napi::Value& external) { return BoxOf(external).value; }

 private:
  struct Box {
    T value;
    std::int64_t bytes;
  };

  static Box& BoxOf(const Napi::Value& external) {
    void* box = nullptr;
    if (napi_get_value_external(external.Env(), external, &box) != napi_ok) {
      throw NotOfThePackage();
    }
    return *static_cast<Box*>(box);
  }

  static void Free(napi_env env, void* data, void*) {
    auto* box = static_cast<Box*>(data);
    Adjust(env, -box->bytes);
    delete box;
  }

  static void Adjust(napi_env env, std::int64_t bytes) {
    std::int64_t total;
    napi_adjust_external_memory(env, bytes, &total);
  }
};

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_HANDLE_H_
