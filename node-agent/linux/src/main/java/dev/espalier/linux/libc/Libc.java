package dev.espalier.linux.libc;

import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Set-up calls of the C library as jnr-ffi binds them. {@code open} and {@code ioctl} are variadic in C; both ABIs that we run on pass integers and pointers
 * of a variadic call in the same registers as of any other.
 */
final class Libc {
    static final Functions LIBC = load();
    static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

    private Libc() {}

    /** Names of the C library. Public inside a class that is not, since jnr-ffi implements it from another class loader. */
    public interface Functions {
        int open(CharSequence path, int flags, int mode);

        int close(int fd);

        int socket(int domain, int type, int protocol);

        int bind(int fd, byte[] address, int length);

        int listen(int fd, int backlog);

        int accept4(int fd, Pointer address, Pointer length, int flags);

        int connect(int fd, byte[] address, int length);

        int getsockname(int fd, Pointer address, Pointer length);

        int setsockopt(int fd, int level, int option, byte[] value, int length);

        int getsockopt(int fd, int level, int option, Pointer value, Pointer length);

        int ioctl(int fd, long request, Pointer argument);

        int eventfd(int initial, int flags);

        int setns(int fd, int kind);

        int unshare(int flags);

        int mount(CharSequence source, CharSequence target, CharSequence type, long flags, Pointer data);

        int umount2(CharSequence target, int flags);
    }

    private static Functions load() {
        if ("runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))) {
            // jnr-ffi would otherwise generate byte code at run time, which a native image cannot load.
            System.setProperty("jnr.ffi.asm.enabled", "false");
        }
        return LibraryLoader.create(Functions.class)
                .option(LibraryOption.SaveError, true)
                .load("c");
    }
}
