package dev.espalier.linux.libcrypto;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallContextCache;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * OpenSSL 3's libcrypto as this process loaded it: its version, and cipher contexts over native memory (EVP_EncryptInit(3)). Calls go through jffi's invoker
 * with raw addresses. Thread-safe; a context is not.
 */
public final class Libcrypto {
    /** From this version on AES-GCM measured twice as fast per packet as in 3.0. */
    public static final int FAST_MAJOR = 3;

    public static final int FAST_MINOR = 5;

    private static final String NAME = "libcrypto.so.3";
    private static final int OPENSSL_VERSION_STRING = 0;
    private static final Invoker INVOKER = Invoker.getInstance();
    private static final CallContext[] CONTEXTS = contexts();

    // A library is unloaded when its handle becomes unreachable, and cipher contexts call into it.
    @SuppressWarnings("UnusedVariable")
    private final Library library;

    private final Map<String, Long> ciphers = new ConcurrentHashMap<>();
    private final String version;
    private final int majorMinor;
    private final long cipherFetch;
    private final long contextNew;
    final long contextFree;
    final long cipherInit;
    final long cipherUpdate;
    final long cipherFinal;
    final long contextControl;

    private Libcrypto(Library library) {
        this.library = library;
        long version = symbol(library, "OpenSSL_version");
        long number = INVOKER.invokeN0(CONTEXTS[0], symbol(library, "OpenSSL_version_num"));
        this.version = string(INVOKER.invokeN1(CONTEXTS[1], version, OPENSSL_VERSION_STRING));
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
        Library library = Library.openLibrary(name, Library.NOW | Library.LOCAL);
        if (library == null) {
            throw new LibcryptoException(name + " does not load: " + Library.getLastError());
        }
        return new Libcrypto(library);
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
        long context = INVOKER.invokeN0(CONTEXTS[0], contextNew);
        if (algorithm == 0 || context == 0) {
            throw new LibcryptoException(version + " has no " + cipher);
        }
        return new AeadContext(this, context, algorithm, key);
    }

    private long fetch(String cipher) {
        try (Arena arena = Arena.ofConfined()) {
            return INVOKER.invokeN3(
                    CONTEXTS[3], cipherFetch, 0, arena.allocateFrom(cipher).address(), 0);
        }
    }

    static int call(long function, long a) {
        return (int) INVOKER.invokeN1(CONTEXTS[1], function, a);
    }

    static int call(long function, long a, long b, long c) {
        return (int) INVOKER.invokeN3(CONTEXTS[3], function, a, b, c);
    }

    static int call(long function, long a, long b, long c, long d) {
        return (int) INVOKER.invokeN4(CONTEXTS[4], function, a, b, c, d);
    }

    static int call(long function, long a, long b, long c, long d, long e) {
        return (int) INVOKER.invokeN5(CONTEXTS[5], function, a, b, c, d, e);
    }

    static int call(long function, long a, long b, long c, long d, long e, long f) {
        return (int) INVOKER.invokeN6(CONTEXTS[6], function, a, b, c, d, e, f);
    }

    private static long symbol(Library library, String name) {
        long address = library.getSymbolAddress(name);
        if (address == 0) {
            throw new LibcryptoException("the library has no " + name + ": OpenSSL 3.0 or later is needed");
        }
        return address;
    }

    private static String string(long address) {
        return new String(MemoryIO.getInstance().getZeroTerminatedByteArray(address), StandardCharsets.US_ASCII);
    }

    private static CallContext[] contexts() {
        CallContext[] contexts = new CallContext[7];
        for (int parameters = 0; parameters < contexts.length; parameters++) {
            Type[] types = new Type[parameters];
            Arrays.fill(types, Type.SINT64);
            // The last argument: errno is of no interest here, and saving it costs.
            contexts[parameters] =
                    CallContextCache.getInstance().getCallContext(Type.SINT64, types, CallingConvention.DEFAULT, false);
        }
        return contexts;
    }
}
