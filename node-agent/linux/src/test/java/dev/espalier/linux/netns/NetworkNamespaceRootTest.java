package dev.espalier.linux.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.linux.Shell;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class NetworkNamespaceRootTest {
    private static final String NAME = "esp-ns" + ProcessHandle.current().pid();

    @AfterEach
    void clean() throws IOException {
        NetworkNamespace.delete(NAME);
    }

    @Test
    void aNamespaceMadeHereIsOneToIprouteAndGoesByName() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.create(NAME);
                NetworkNamespace again = NetworkNamespace.named(NAME);
                NetworkNamespace here = NetworkNamespace.current()) {
            assertThat(Shell.run("ip", "netns", "list")).contains(NAME);
            assertThat(namespace.isSameAs(again)).isTrue();
            assertThat(namespace.isSameAs(here)).isFalse();
            assertThatThrownBy(() -> NetworkNamespace.create(NAME)).hasMessageContaining("EEXIST");
        }
        assertThat(NetworkNamespace.delete(NAME)).isTrue();
        assertThat(NetworkNamespace.delete(NAME)).isFalse();
        assertThat(Shell.run("ip", "netns", "list")).doesNotContain(NAME);
    }

    @Test
    void tasksRunInsideAndTheCallerStaysOutside() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.create(NAME);
                NetworkNamespace before = NetworkNamespace.current()) {
            boolean inside = namespace.call(() -> {
                try (NetworkNamespace current = NetworkNamespace.current()) {
                    return current.isSameAs(namespace);
                }
            });
            assertThat(inside).isTrue();
            try (NetworkNamespace after = NetworkNamespace.current()) {
                assertThat(after.isSameAs(before)).isTrue();
            }
        }
    }

    @Test
    void socketsOpenedInsideStayThere() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.create(NAME);
                Rtnetlink netlink = namespace.call(Rtnetlink::open)) {
            assertThat(netlink.links().list()).hasSize(1);
        }
    }

    @Test
    void whatATaskThrowsIsThrown() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.create(NAME)) {
            assertThatThrownBy(() -> namespace.call(() -> {
                        throw new ErrnoException("connect", "x", Errno.ECONNREFUSED);
                    }))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessage("connect x: ECONNREFUSED");
            assertThatThrownBy(() -> namespace.call(() -> {
                        throw new IllegalStateException("bug");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("bug");
        }
    }

    @Test
    void refusesWhatIsNoNetworkNamespace(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> NetworkNamespace.open(file)).hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> NetworkNamespace.open(folder.resolve("none"))).hasMessageContaining("ENOENT");
        assertThatThrownBy(() -> NetworkNamespace.open(Path.of("/proc/self/ns/mnt")))
                .hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> NetworkNamespace.create("../x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sysctlsAreThoseOfTheNamespace() throws IOException {
        String key = "net/ipv4/conf/lo/rp_filter";
        String outside = Sysctl.get(key);
        try (NetworkNamespace namespace = NetworkNamespace.create(NAME)) {
            String inside = namespace.call(() -> {
                Sysctl.set(key, outside.equals("1") ? "2" : "1");
                return Sysctl.get(key);
            });
            assertThat(inside).isNotEqualTo(outside);
        }
        assertThat(Sysctl.get(key)).isEqualTo(outside);
        assertThat(Sysctl.exists("net/ipv4/conf/none/rp_filter")).isFalse();
        assertThatThrownBy(() -> Sysctl.set("net/../kernel/hostname", "x"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
