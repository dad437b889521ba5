package dev.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** strongSwan's charon on both nodes, with ESP in user space as well (kernel-libipsec) and the suite that our agents use. */
final class StrongSwan implements Candidate {
    private static final String CHARON = "/usr/lib/ipsec/charon";

    private final Path project;
    private final Path state;
    private final Path pki;
    private final List<Process> daemons = new ArrayList<>();

    StrongSwan(Path project, Path state, Path pki) {
        this.project = project;
        this.state = state;
        this.pki = pki;
    }

    @Override
    public String name() {
        return "strongswan";
    }

    @Override
    public void start(Topology topology) throws IOException {
        for (String side : List.of("a", "b")) {
            Path folder = Files.createDirectories(state.resolve(side));
            configure(folder, side);
            daemons.add(new ProcessBuilder(
                            project.resolve("e2e/bench/charon-in").toString(), topology.node(side), folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("charon.out").toFile())
                    .start());
        }
    }

    private void configure(Path folder, String side) throws IOException {
        for (String name : List.of("x509", "x509ca", "private", "conf.d")) {
            Files.createDirectories(folder.resolve("swanctl").resolve(name));
        }
        String own = identity(side);
        copy(pki.resolve(own + ".crt"), folder.resolve("swanctl/x509/own.crt"));
        copy(pki.resolve(own + ".key"), folder.resolve("swanctl/private/own.key"));
        copy(pki.resolve("ca.crt"), folder.resolve("swanctl/x509ca/ca.crt"));
        String other = Topology.other(side);
        Files.writeString(folder.resolve("swanctl/swanctl.conf"), """
                connections {
                  peer {
                    version = 2
                    local_addrs = %s
                    remote_addrs = %s
                    proposals = aes256gcm16-prfsha384-x25519
                    encap = yes
                    local { auth = pubkey
                      certs = own.crt
                      id = @%s }
                    remote { auth = pubkey
                      id = @%s }
                    children {
                      net {
                        local_ts = %s
                        remote_ts = %s
                        esp_proposals = aes128gcm16-x25519
                        start_action = %s
                      }
                    }
                  }
                }
                """.formatted(
                        Topology.nodeAddress(side),
                        Topology.nodeAddress(other),
                        own,
                        identity(other),
                        Topology.podNetwork(side),
                        Topology.podNetwork(other),
                        side.equals("a") ? "start" : "none"));
        Files.writeString(folder.resolve("strongswan.conf"), """
                charon {
                  load = random nonce openssl curve25519 pem pkcs1 pkcs8 x509 revocation constraints pubkey aes gcm sha1 sha2 hmac kdf kernel-libipsec kernel-netlink socket-default vici
                  plugins { kernel-libipsec { allow_peer_ts = yes } }
                  install_routes = yes
                }
                """);
    }

    private static String identity(String side) {
        return side.equals("a") ? "alpha" : "beta";
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public List<Process> daemons() {
        return daemons;
    }

    @Override
    public String version() throws IOException {
        return "strongSwan " + Shell.run("swanctl --version").strip() + ", " + CHARON;
    }

    @Override
    public void close() {
        daemons.forEach(Shell::end);
    }
}
