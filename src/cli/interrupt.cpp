#include "cli/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace vestnik::cli {
namespace {

// A signal handler reaches nothing but globals.
std::atomic<bool> interrupt_seen = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // so a handler may touch it

void note(int) {
  interrupt_seen = true;
}

void handle(int signal_number, void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal_number, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupt_seen = false;
  handle(SIGINT, note, static_cast<int>(SA_RESETHAND));
  handle(SIGTERM, note, static_cast<int>(SA_RESETHAND));
  handle(SIGPIPE, SIG_IGN, 0);
}

InterruptGuard::~InterruptGuard() {
  handle(SIGINT, SIG_DFL, 0);
  handle(SIGTERM, SIG_DFL, 0);
  handle(SIGPIPE, SIG_DFL, 0);
}

bool interrupted() {
  return interrupt_seen;
}

}  // namespace vestnik::cli
