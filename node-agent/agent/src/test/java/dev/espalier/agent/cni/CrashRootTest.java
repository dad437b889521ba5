package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cni.CniFailure;
import dev.espalier.cni.CniReply;
import dev.espalier.cni.CniRequest;
import dev.espalier.cni.Frame;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** The server is killed while it serves many ADDs and DELs: after the next start, what is stored, what the kernel has and what CHECK says agree (CNI-05, CNI-07). */
@Tag("root")
@Timeout(120)
class CrashRootTest extends NodeWithCni {
    private static final int PODS = 12;

    @RepeatedTest(3)
    @Tag("CNI-05")
    void aKillAtAnyMomentLeavesNothingHalfDone() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        server.close();
        Process process = startSeparateNode("-XX:TieredStopAtLevel=1");
        List<String> pods = new ArrayList<>();
        for (int i = 0; i < PODS; i++) {
            pods.add(pod("k" + i));
        }
        List<String> attached = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(PODS)) {
            // Some are there already and will be deleted while others are added.
            for (String pod : pods.subList(0, PODS / 3)) {
                assertThat(ask("ADD", pod)).isTrue();
            }
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Boolean>> answers = new ArrayList<>();
            for (String pod : pods) {
                String command = pods.indexOf(pod) < PODS / 3 ? "DEL" : "ADD";
                answers.add(executor.submit(() -> {
                    go.await();
                    return ask(command, pod);
                }));
            }
            go.countDown();
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(200)).toNanos());
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            for (int i = PODS / 3; i < PODS; i++) {
                if (answers.get(i).get()) {
                    attached.add(pods.get(i));
                }
            }
        }

        server = started();

        List<Attachment> stored = new AttachmentStore(run).list();
        assertThat(stored).as("seed %d", seed).allMatch(Attachment::complete);
        assertThat(stored)
                .as("what was answered, seed %d", seed)
                .extracting(Attachment::containerId)
                .containsAll(attached);
        assertThat(stored.stream().flatMap(a -> a.addresses().stream())).doesNotHaveDuplicates();
        List<String> interfaces = new ArrayList<>();
        for (JsonNode link : ip("link show type veth")) {
            interfaces.add(link.get("ifname").asText());
        }
        assertThat(interfaces)
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(
                        stored.stream().map(Attachment::hostInterface).toList());
        assertThat(ip("-4 rule show priority 7710")).as("seed %d", seed).hasSize(stored.size());
        for (Attachment attachment : stored) {
            var config = config("1.1.0");
            config.putObject("prevResult");
            Answer check = cni("CHECK", attachment.containerId(), attachment.containerId(), config);
            assertThat(check.exitCode()).as("seed %d: %s", seed, check.json()).isZero();
        }
        for (String pod : pods) {
            assertThat(ask("DEL", pod)).isTrue();
        }
        nothingIsLeft();
    }

    // Straight to the socket, without the cost of a process. False when there was no answer; an error is one that must
    // not be.
    private boolean ask(String command, String pod) {
        CniRequest request = new CniRequest(
                command, pod, "/run/netns/" + pod, "eth0", "", config("1.1.0").toString());
        CniReply reply;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(run.resolve("cni.sock")));
            channel.write(ByteBuffer.wrap(request.encode()));
            reply = CniReply.decode(Frame.read(channel));
        } catch (IOException killed) {
            return false;
        } catch (CniFailure e) {
            throw new AssertionError(e);
        }
        assertThat(reply.exitCode()).as(reply.output()).isZero();
        return true;
    }
}
