package dev.espalier.e2e.traffic;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** Sends every datagram back as it came; {@code who} is answered by name and peer address instead. */
final class UdpServer {
    private UdpServer() {}

    static int start(String name, String address, int port) throws IOException {
        DatagramSocket socket = new DatagramSocket(port, InetAddress.ofLiteral(address));
        socket.setReceiveBufferSize(1 << 20);
        Thread.ofPlatform().daemon().name("udp").start(() -> echo(name, socket));
        return socket.getLocalPort();
    }

    private static void echo(String name, DatagramSocket socket) {
        byte[] buffer = new byte[65_536];
        while (true) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                String text = new String(buffer, 0, Math.min(packet.getLength(), 4), StandardCharsets.US_ASCII);
                if (text.equals("who")) {
                    packet.setData(
                            (name + " " + packet.getAddress().getHostAddress()).getBytes(StandardCharsets.UTF_8));
                }
                socket.send(packet);
            } catch (IOException e) {
                System.err.println("udp: " + e);
            }
        }
    }
}
