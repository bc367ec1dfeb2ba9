#include <optional>
#include <string>
#include <utility>

#include "addon.h"
#include "argument.h"
#include "options.h"
#include "policy_set.h"

namespace callgate::node {
namespace {

class Load : public Napi::AsyncWorker {
 public:
  Load(Napi::Env env, std::string path, const Limits& limits)
      : AsyncWorker(env), done_(env), path_(std::move(path)), limits_(limits) {}

  Napi::Promise promise() const { return done_.Promise(); }

 protected:
  void Execute() override { policy_ = PolicySet::Load(path_, limits_); }

  void OnOK() override {
    if (policy_->ok()) {
      done_.Resolve(NewPolicySet(Env(), std::move(**policy_)));
    } else {
      done_.Reject(MakeError(Env(), ErrorClass::kPolicyError, policy_->error()));
    }
  }

 private:
  Napi::Promise::Deferred done_;
  std::string path_;
  Limits limits_;
  std::optional<Result<PolicySet>> policy_;
};

}  // namespace

Napi::Value PolicyLoad(const Napi::CallbackInfo& info) {
  const BytesArgument path(info[0]);
  auto* load = new Load(info.Env(), std::string(path.view()), LimitsArgument(info[1]));
  load->Queue();  // deletes it when done
  return load->promise();
}

}  // namespace callgate::node
