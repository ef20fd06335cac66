/** The error numbers that the model returns, negative as in the kernel. */
export const ENOENT = -2;
export const EIO = -5;
export const E2BIG = -7;
export const EAGAIN = -11;
export const ENOMEM = -12;
export const EACCES = -13;
export const EFAULT = -14;
export const EBUSY = -16;
export const ENODEV = -19;
export const EINVAL = -22;
export const EMLINK = -31;
export const EOPNOTSUPP = -95;
export const EOVERFLOW = -75;
export const EREMOTEIO = -121;
export const EMSGSIZE = -90;
