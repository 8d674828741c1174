// Tells ThreadSanitizer what it cannot see of Rust's standard library. That library comes
// compiled, without ThreadSanitizer: where a lock is contended, or a thread waits, the
// locking happens inside of it, and what the lock protects would look like a race. Each
// function below stands before the library's own (`ld --wrap`) and says that this thread
// acquires, or releases, what the library has acquired or released. Nothing is suppressed.

#include <cstdint>

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);

using Word = std::uintptr_t;
// Rust's calls pass up to six words in registers; those a function has no use for are noise.
using StdFunction = Word(Word, Word, Word, Word, Word, Word);

#define PARAMETERS Word a, Word b, Word c, Word d, Word e, Word f
#define ARGUMENTS a, b, c, d, e, f

#define STANDS_BEFORE(name, symbol)              \
  StdFunction real_##name asm("__real_" symbol); \
  StdFunction wrap_##name asm("__wrap_" symbol);

// The names are Rust's mangled ones, which CMakeLists.txt finds in the library.
STANDS_BEFORE(lock, RUST_MUTEX_LOCK_CONTENDED)
STANDS_BEFORE(read, RUST_RWLOCK_READ_CONTENDED)
STANDS_BEFORE(write, RUST_RWLOCK_WRITE_CONTENDED)
STANDS_BEFORE(wait, RUST_CONDVAR_WAIT)
STANDS_BEFORE(waitTimeout, RUST_CONDVAR_WAIT_TIMEOUT)
STANDS_BEFORE(once, RUST_ONCE_CALL)

// A lock's first word is what the inlined, visible half of it works on.

Word wrap_lock(PARAMETERS) {
  const Word answer = real_lock(ARGUMENTS);
  __tsan_acquire(reinterpret_cast<void*>(a));
  return answer;
}

Word wrap_read(PARAMETERS) {
  const Word answer = real_read(ARGUMENTS);
  __tsan_acquire(reinterpret_cast<void*>(a));
  return answer;
}

Word wrap_write(PARAMETERS) {
  const Word answer = real_write(ARGUMENTS);
  __tsan_acquire(reinterpret_cast<void*>(a));
  return answer;
}

// Waiting gives the mutex away and takes it again.

Word wrap_wait(PARAMETERS) {
  __tsan_release(reinterpret_cast<void*>(b));
  const Word answer = real_wait(ARGUMENTS);
  __tsan_acquire(reinterpret_cast<void*>(b));
  return answer;
}

Word wrap_waitTimeout(PARAMETERS) {
  __tsan_release(reinterpret_cast<void*>(b));
  const Word answer = real_waitTimeout(ARGUMENTS);
  __tsan_acquire(reinterpret_cast<void*>(b));
  return answer;
}

/// Runs an initialiser, or waits for the thread that does.
Word wrap_once(PARAMETERS) {
  const Word answer = real_once(ARGUMENTS);
  __tsan_acquire(reinterpret_cast<void*>(a));
  __tsan_release(reinterpret_cast<void*>(a));
  return answer;
}

// The last owner of an `Arc` is told by a count that goes down with release, and then a
// fence that acquires. ThreadSanitizer ignores fences: so the count acquires as well.

std::uint64_t real_fetchSub(volatile std::uint64_t* count, std::uint64_t by, int order) asm(
    "__real___tsan_atomic64_fetch_sub");
std::uint64_t wrap_fetchSub(volatile std::uint64_t* count, std::uint64_t by, int order) asm(
    "__wrap___tsan_atomic64_fetch_sub");

std::uint64_t wrap_fetchSub(volatile std::uint64_t* count, std::uint64_t by, int order) {
  return real_fetchSub(count, by, order == __ATOMIC_RELEASE ? __ATOMIC_ACQ_REL : order);
}
}
