package dev.espalier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.espalier.agent.policy.RoutePlan;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.RouteType;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private static final Prefix OWN = Prefix.parse("10.81.0.0/24");
    private static final Prefix REMOTE = Prefix.parse("10.82.0.0/24");
    private static final Prefix REMOTE_V6 = Prefix.parse("fd82::/64");
    private static final IpAddress GATEWAY = IpAddress.parse("10.81.0.1");
    private static final RoutePlan PLAN = new RoutePlan(
            List.of(GATEWAY),
            List.of(REMOTE, REMOTE_V6),
            List.of(OWN, REMOTE, REMOTE_V6),
            List.of(OWN),
            List.of(OWN, REMOTE, REMOTE_V6));

    @Test
    void aRemotePrefixLeadsIntoTheDeviceFromTheGatewayOfItsFamily() {
        assertThat(RouteTable.open(PLAN, 7)).singleElement().satisfies(route -> {
            assertThat(route.destination()).isEqualTo(REMOTE);
            assertThat(route.interfaceIndex()).isEqualTo(7);
            assertThat(route.source()).isEqualTo(GATEWAY);
            assertThat(route.metric()).isEqualTo(100);
        });
    }

    @Test
    @Tag("TUN-02")
    @Tag("ESP-12")
    void everyPodPrefixEndsUnreachableBehindTheRest() {
        assertThat(RouteTable.closed(PLAN.closed())).hasSize(3).allSatisfy(route -> {
            assertThat(route.type()).isEqualTo(RouteType.UNREACHABLE);
            assertThat(route.metric()).isGreaterThan(RouteTable.OPEN_METRIC);
        });
    }

    @Test
    void whatTheKernelFillsInIsNoDifference() {
        Route wanted = RouteTable.closed(List.of(REMOTE_V6)).iterator().next();
        Route read = new Route(
                wanted.type(),
                REMOTE_V6,
                1,
                null,
                null,
                wanted.metric(),
                Route.TABLE_MAIN,
                wanted.scope(),
                false,
                RouteTable.PROTOCOL);

        assertThat(RouteTable.missing(List.of(wanted), List.of(read))).isEmpty();
        assertThat(RouteTable.stale(List.of(wanted), List.of(read))).isEmpty();
    }

    @Test
    @Tag("F-35")
    void aRouteThatLeadsElsewhereIsBothMissingAndStale() {
        Route wanted = RouteTable.open(PLAN, 7).iterator().next();
        Route toAnOldDevice = RouteTable.open(PLAN, 6).iterator().next();

        assertThat(RouteTable.missing(List.of(wanted), List.of(toAnOldDevice))).containsExactly(wanted);
        assertThat(RouteTable.stale(List.of(wanted), List.of(toAnOldDevice))).containsExactly(toAnOldDevice);
    }

    @Test
    @Tag("TUN-02")
    void inChainedModeEverythingThatIsNoOwnPodEndsInTheTableOfItsOwn() {
        assertThat(RouteTable.closedForRemote(PLAN))
                .extracting(Route::destination, Route::type)
                .containsExactly(
                        tuple(OWN, RouteType.THROW),
                        tuple(REMOTE, RouteType.UNREACHABLE),
                        tuple(REMOTE_V6, RouteType.UNREACHABLE));
        assertThat(RouteTable.closedForRemote(PLAN)).allMatch(route -> route.table() == 7701);
    }

    @Test
    void routesOfOthersAreNotOurs() {
        Route foreign = Route.discard(RouteType.UNREACHABLE, REMOTE);

        assertThat(RouteTable.ours(List.of(foreign), Route.TABLE_MAIN, false)).isEmpty();
    }
}
