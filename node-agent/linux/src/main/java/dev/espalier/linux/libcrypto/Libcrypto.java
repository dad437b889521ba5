package dev.espalier.linux.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * OpenSSL 3's libcrypto as this process loaded it: its version, and cipher contexts over native memory (EVP_EncryptInit(3)). Calls take raw addresses.
 * Thread-safe; a context is not.
 */
public final class Libcrypto {
    /** From this version on AES-GCM measured twice as fast per packet as in 3.0. */
    public static final int FAST_MAJOR = 3;

    public static final int FAST_MINOR = 5;

    private static final String NAME = "libcrypto.so.3";
    private static final int OPENSSL_VERSION_STRING = 0;

    // By the number of arguments, which are all as wide as a register.
    private static final MethodHandle ONE = handle(1);
    private static final MethodHandle THREE = handle(3);
    // For packets. Critical: they take a microsecond or two and call nobody back, so the collector can wait for them;
    // telling it that it need not costs as
    // much as the shorter of them.
    private static final MethodHandle PACKET_THREE = handle(3, Linker.Option.critical(false));
    private static final MethodHandle PACKET_FOUR = handle(4, Linker.Option.critical(false));
    private static final MethodHandle PACKET_FIVE = handle(5, Linker.Option.critical(false));
    private static final MethodHandle PACKET_SIX = handle(6, Linker.Option.critical(false));

    private final Map<String, Long> ciphers = new ConcurrentHashMap<>();
    private final String version;
    private final int majorMinor;
    private final MemorySegment cipherFetch;
    private final MemorySegment contextNew;
    final MemorySegment contextFree;
    final MemorySegment cipherInit;
    final MemorySegment cipherUpdate;
    final MemorySegment cipherFinal;
    final MemorySegment contextControl;

    private Libcrypto(SymbolLookup library) {
        long number = call(symbol(library, "OpenSSL_version_num"), 0);
        this.version = string(call(symbol(library, "OpenSSL_version"), OPENSSL_VERSION_STRING));
        this.majorMinor = (int) (number >>> 20) & 0xfff;
        cipherFetch = symbol(library, "EVP_CIPHER_fetch");
        contextNew = symbol(library, "EVP_CIPHER_CTX_new");
        contextFree = symbol(library, "EVP_CIPHER_CTX_free");
        cipherInit = symbol(library, "EVP_CipherInit_ex");
        cipherUpdate = symbol(library, "EVP_CipherUpdate");
        cipherFinal = symbol(library, "EVP_CipherFinal_ex");
        contextControl = symbol(library, "EVP_CIPHER_CTX_ctrl");
    }

    /**
     * Loads the library.
     *
     * @param path of the file; null for the one that the system's loader finds
     * @throws LibcryptoException when it does not load, or is older than 3.0
     */
    public static Libcrypto load(@Nullable Path path) {
        String name = path == null ? NAME : path.toString();
        try {
            // Never unloaded: cipher contexts call into it as long as the process lives.
            return new Libcrypto(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException e) {
            throw new LibcryptoException(name + " does not load: " + e.getMessage());
        }
    }

    /** As OpenSSL says it, {@code OpenSSL 3.5.4 30 Sep 2025}. */
    public String version() {
        return version;
    }

    /** Whether AES-GCM is as fast as OpenSSL has made it. */
    public boolean isFast() {
        return majorMinor >= (FAST_MAJOR << 8 | FAST_MINOR);
    }

    /**
     * A context for one key.
     *
     * @param cipher OpenSSL's name, such as {@code AES-128-GCM}; an AEAD with a nonce of 12 and a tag of 16 octets
     * @param key copied; of the cipher's length
     */
    public AeadContext context(String cipher, byte[] key) {
        // Fetched once: fetching takes a reference, which nobody would give back.
        long algorithm = ciphers.computeIfAbsent(cipher, this::fetch);
        long context = call(contextNew, 0);
        if (algorithm == 0 || context == 0) {
            throw new LibcryptoException(version + " has no " + cipher);
        }
        return new AeadContext(this, context, algorithm, key);
    }

    private long fetch(String cipher) {
        try (Arena arena = Arena.ofConfined()) {
            return setUp(cipherFetch, 0, arena.allocateFrom(cipher).address(), 0);
        }
    }

    /** Calls with no argument pass one as well: the callee does not look at it. */
    static long call(MemorySegment function, long a) {
        try {
            return (long) ONE.invokeExact(function, a);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    static long call(MemorySegment function, long a, long b, long c) {
        try {
            return (long) PACKET_THREE.invokeExact(function, a, b, c);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    private static long setUp(MemorySegment function, long a, long b, long c) {
        try {
            return (long) THREE.invokeExact(function, a, b, c);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    static long call(MemorySegment function, long a, long b, long c, long d) {
        try {
            return (long) PACKET_FOUR.invokeExact(function, a, b, c, d);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    static long call(MemorySegment function, long a, long b, long c, long d, long e) {
        try {
            return (long) PACKET_FIVE.invokeExact(function, a, b, c, d, e);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) PACKET_SIX.invokeExact(function, a, b, c, d, e, f);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** A downcall itself throws nothing. */
    private static IllegalStateException unexpected(Throwable thrown) {
        return new IllegalStateException("a call into libcrypto", thrown);
    }

    private static MemorySegment symbol(SymbolLookup library, String name) {
        return library.find(name)
                .orElseThrow(() ->
                        new LibcryptoException("the library has no " + name + ": OpenSSL 3.0 or later is needed"));
    }

    private static String string(long address) {
        return MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static MethodHandle handle(int parameters, Linker.Option... options) {
        MemoryLayout[] layouts = new MemoryLayout[parameters];
        Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts), options);
    }
}
