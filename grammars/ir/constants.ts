/**
 * Constants of the kernel's headers that code uses without a definition in sight, with their types.
 * A data table; a project's own definition comes first.
 */
import {
  INT,
  LONG,
  LONG_LONG,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  UNSIGNED_LONG_LONG,
  VOID_POINTER,
} from "./c-types.ts";
import type { CType, Expression } from "./types.ts";

/** errno names in the order of their numbers, from 1; gaps are empty. */
const ERRNO_FROM_1 = `EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT
ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK
EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST
ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET
ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC
ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT
EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH
ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN
EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE
ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON`;

const ERRNO_FROM_512 = `ERESTARTSYS ERESTARTNOINTR ERESTARTNOHAND ENOIOCTLCMD ERESTART_RESTARTBLOCK EPROBE_DEFER
EOPENSTALE ENOPARAM - EBADHANDLE ENOTSYNC EBADCOOKIE ENOTSUPP ETOOSMALL ESERVERFAULT EBADTYPE EJUKEBOX EIOCBQUEUED
ERECALLCONFLICT ENOGRACE`;

const table = new Map<string, { readonly value: bigint; readonly type: CType }>();

function define(name: string, value: bigint, type: CType = INT): void {
  table.set(name, { value, type });
}

function defineErrors(first: number, names: string): void {
  for (const [index, name] of names.split(/\s+/).entries())
    if (name !== "-") define(name, BigInt(first + index));
}

defineErrors(1, ERRNO_FROM_1);
defineErrors(512, ERRNO_FROM_512);
define("EWOULDBLOCK", 11n);
define("EDEADLOCK", 35n);
define("MAX_ERRNO", 4095n);

for (const [bits, letters] of [
  [8, "8"],
  [16, "16"],
  [32, "32"],
  [64, "64"],
] as const) {
  const unsigned: CType = { kind: "integer", bits, signed: false, name: `u${letters}` };
  const signed: CType = { kind: "integer", bits, signed: true, name: `s${letters}` };
  define(`U${letters}_MAX`, 2n ** BigInt(bits) - 1n, unsigned);
  define(`S${letters}_MAX`, 2n ** BigInt(bits - 1) - 1n, signed);
  define(`S${letters}_MIN`, -(2n ** BigInt(bits - 1)), signed);
}
define("CHAR_BIT", 8n);
define("SHRT_MAX", 32767n);
define("SHRT_MIN", -32768n);
define("USHRT_MAX", 65535n);
define("INT_MAX", 2n ** 31n - 1n);
define("INT_MIN", -(2n ** 31n));
define("UINT_MAX", 2n ** 32n - 1n, UNSIGNED_INT);
define("LONG_MAX", 2n ** 63n - 1n, LONG);
define("LONG_MIN", -(2n ** 63n), LONG);
define("ULONG_MAX", 2n ** 64n - 1n, UNSIGNED_LONG);
define("LLONG_MAX", 2n ** 63n - 1n, LONG_LONG);
define("LLONG_MIN", -(2n ** 63n), LONG_LONG);
define("ULLONG_MAX", 2n ** 64n - 1n, UNSIGNED_LONG_LONG);
define("SIZE_MAX", 2n ** 64n - 1n, UNSIGNED_LONG);
define("SSIZE_MAX", 2n ** 63n - 1n, LONG);
define("UINTPTR_MAX", 2n ** 64n - 1n, UNSIGNED_LONG);
define("BITS_PER_BYTE", 8n);
define("BITS_PER_LONG", 64n);
define("BITS_PER_LONG_LONG", 64n);
define("PAGE_SHIFT", 12n);
define("PAGE_SIZE", 4096n, UNSIGNED_LONG);
define("PAGE_MASK", -4096n, UNSIGNED_LONG);
define("SECTOR_SHIFT", 9n);
define("SECTOR_SIZE", 512n);
define("READ", 0n);
define("WRITE", 1n);
define("SEEK_SET", 0n);
define("SEEK_CUR", 1n);
define("SEEK_END", 2n);
define("SZ_1K", 0x400n);
define("SZ_2K", 0x800n);
define("SZ_4K", 0x1000n);
define("SZ_8K", 0x2000n);
define("SZ_16K", 0x4000n);
define("SZ_32K", 0x8000n);
define("SZ_64K", 0x10000n);
define("SZ_128K", 0x20000n);
define("SZ_256K", 0x40000n);
define("SZ_512K", 0x80000n);
define("SZ_1M", 0x100000n);
define("SZ_2M", 0x200000n);
define("SZ_4M", 0x400000n);
define("SZ_1G", 0x40000000n);
define("NULL", 0n, VOID_POINTER);
define("true", 1n);
define("false", 0n);

/** A constant of the kernel's headers; undefined for any other name. */
export function kernelConstant(name: string): Expression | undefined {
  const entry = table.get(name);
  return entry === undefined ? undefined : { kind: "constant", value: entry.value, type: entry.type };
}
