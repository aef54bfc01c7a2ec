//! Names of error numbers.

/// The errno of the last call that failed.
pub(crate) fn last() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

macro_rules! names {
    ($($name:ident)*) => {
        /// Its name; `errno-` and the number of one that no case has met so far.
        pub(crate) fn name(errno: i32) -> String {
            match errno {
                $(libc::$name => stringify!($name).to_owned(),)*
                other => format!("errno-{other}"),
            }
        }
    };
}

names! {
    E2BIG EACCES EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EBADF EBUSY ECHILD ECONNREFUSED EEXIST EFAULT EHOSTUNREACH EINTR
    EINVAL EIO EISDIR ELOOP EMFILE EMLINK ENETDOWN ENETUNREACH ENODATA ENODEV ENOENT ENOEXEC ENOKEY ENOMEM ENOSPC
    ENOSYS ENOTBLK ENOTDIR ENOTEMPTY ENOTSUP ENOTTY ENXIO EOVERFLOW EPERM EPIPE EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS
    ESOCKTNOSUPPORT ESPIPE ESRCH ESTALE ETIMEDOUT ETXTBSY EUSERS EXDEV
}
