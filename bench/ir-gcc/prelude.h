/*
 * What gcc is given in place of the kernel's headers. Our side never reads this file: it must know these names itself.
 */
#ifndef HARNESS_PRELUDE_H
#define HARNESS_PRELUDE_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long long loff_t;
typedef unsigned int gfp_t;
typedef unsigned long pgoff_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

#define EPERM 1
#define ENOENT 2
#define EIO 5
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EINVAL 22
#define ENOSPC 28
#define EOPNOTSUPP 95

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define GFP_KERNEL 0xcc0u
#define FOLL_WRITE 0x1
#define FOLL_LONGTERM 0x100

#define __user
#define __init
#define __exit
#define __must_check
#define __iomem
#define noinline
#define fallthrough __attribute__((__fallthrough__))

extern void harness_bug(void) __attribute__((noreturn));

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define WARN_ON(x) ({ int warned_ = !!(x); warned_; })
#define WARN_ON_ONCE(x) WARN_ON(x)
#define WARN(x, ...) WARN_ON(x)
#define BUG() harness_bug()
#define BUG_ON(x) do { if (x) harness_bug(); } while (0)
#define panic(...) harness_bug()
#define unreachable() harness_bug()

#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-4095)
#define IS_ERR(p) harness_is_err(p)
#define PTR_ERR(p) harness_ptr_err(p)
#define ERR_PTR(e) harness_err_ptr(e)
#define IS_ERR_OR_NULL(p) harness_is_err_or_null(p)
#define PTR_ERR_OR_ZERO(p) harness_ptr_err_or_zero(p)
#define ERR_CAST(p) ((void *)(p))
static inline __attribute__((unused)) bool harness_is_err(const void *p) { return IS_ERR_VALUE((unsigned long)p); }
static inline __attribute__((unused)) long harness_ptr_err(const void *p) { return (long)p; }
static inline __attribute__((unused)) void *harness_err_ptr(long e) { return (void *)e; }
static inline __attribute__((unused)) bool harness_is_err_or_null(const void *p) { return !p || IS_ERR_VALUE((unsigned long)p); }
static inline __attribute__((unused)) int harness_ptr_err_or_zero(const void *p) { return IS_ERR_VALUE((unsigned long)p) ? (long)p : 0; }

#define min_t(type, a, b) ({ type min_a_ = (a); type min_b_ = (b); min_a_ < min_b_ ? min_a_ : min_b_; })
#define max_t(type, a, b) ({ type max_a_ = (a); type max_b_ = (b); max_a_ > max_b_ ? max_a_ : max_b_; })
#define min(a, b) ({ __auto_type min_a_ = (a); __auto_type min_b_ = (b); min_a_ < min_b_ ? min_a_ : min_b_; })
#define max(a, b) ({ __auto_type max_a_ = (a); __auto_type max_b_ = (b); max_a_ > max_b_ ? max_a_ : max_b_; })
#define HARNESS_CLAMP(v, lo, hi) ((v) >= (hi) ? (hi) : (v) <= (lo) ? (lo) : (v))
#define clamp_t(type, v, lo, hi) \
	({ type clamp_v_ = (v); type clamp_lo_ = (lo); type clamp_hi_ = (hi); HARNESS_CLAMP(clamp_v_, clamp_lo_, clamp_hi_); })
#define clamp(v, lo, hi) \
	({ \
		__auto_type clamp_v_ = (v); \
		__auto_type clamp_lo_ = (lo); \
		__auto_type clamp_hi_ = (hi); \
		HARNESS_CLAMP(clamp_v_, clamp_lo_, clamp_hi_); \
	})
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define __AC(x, y) (x##y)
#define _AC(x, y) __AC(x, y)
#define _BITUL(n) (1UL << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define swap(a, b) do { __typeof__(a) swap_ = (a); (a) = (b); (b) = swap_; } while (0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define BIT(n) (1UL << (n))
#define IS_ENABLED(x) 1

#define HARNESS_JOIN_(a, b) a##b
#define HARNESS_JOIN(a, b) HARNESS_JOIN_(a, b)
#define __cleanup(function) __attribute__((__cleanup__(function)))
#define DEFINE_FREE(name, type, action) \
	static inline __attribute__((unused)) void harness_free_##name(void *at) { type _T = *(type *)at; action; }
#define __free(name) __cleanup(harness_free_##name)
#define DEFINE_CLASS(name, type, exit, init, ...) \
	typedef type class_##name##_t; \
	static inline __attribute__((unused)) void class_##name##_destructor(type *at) { type _T = *at; exit; } \
	static inline __attribute__((unused)) type class_##name##_constructor(__VA_ARGS__) { type value_ = init; return value_; }
#define CLASS(name, var) \
	class_##name##_t var __cleanup(class_##name##_destructor) = class_##name##_constructor
#define DEFINE_GUARD(name, type, enter, leave) DEFINE_CLASS(name, type, if (_T) { leave; }, ({ enter; _T; }), type _T)
#define guard(name) CLASS(name, HARNESS_JOIN(guard_, __COUNTER__))
#define scoped_guard(name, ...) \
	for (CLASS(name, scope)(__VA_ARGS__), *scope_done = NULL; !scope_done; scope_done = (void *)1)

#endif
