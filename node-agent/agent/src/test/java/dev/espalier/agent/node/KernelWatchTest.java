package dev.espalier.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.NetlinkEvent;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.Rule;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.Prefix;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("F-35")
class KernelWatchTest {
    private static final Route OURS =
            Route.through(Prefix.parse("10.82.0.0/24"), 7).withProtocol(77);
    private static final Rule POD_RULE =
            Rule.lookup(false, 7710, 7700).withInputInterface("esp0123456789a").withProtocol(77);

    @Test
    void whatIsOfOursAndGoneIsAmissAndWhatIsOthersIsNot() {
        assertThat(amiss(new NetlinkEvent.RouteRemoved(OURS))).isTrue();
        assertThat(amiss(new NetlinkEvent.RouteRemoved(OURS.withProtocol(4)))).isFalse();
        assertThat(amiss(new NetlinkEvent.RouteAdded(OURS))).isFalse();
        assertThat(amiss(new NetlinkEvent.RuleRemoved(
                        Rule.lookup(true, 7701, 7700).withInputInterface("lo").withProtocol(77))))
                .isTrue();
        assertThat(amiss(new NetlinkEvent.TableChanged("espalier"))).isTrue();
        assertThat(amiss(new NetlinkEvent.TableChanged("kube-proxy"))).isFalse();
        assertThat(amiss(new NetlinkEvent.EventsLost())).isTrue();
    }

    @Test
    void theRuleOfAPodThatIsDetachedIsNotMissed() {
        NetlinkEvent removed = new NetlinkEvent.RuleRemoved(POD_RULE);

        assertThat(KernelWatch.isAmiss(removed, "espalier0", name -> false)).isFalse();
        assertThat(KernelWatch.isAmiss(removed, "espalier0", name -> true)).isTrue();
    }

    @Test
    void theTunnelDeviceHasToBeThereAndUpAndUplinksAreLookedAt() {
        assertThat(amiss(new NetlinkEvent.LinkRemoved(link("espalier0", "tun", true))))
                .isTrue();
        assertThat(amiss(new NetlinkEvent.LinkChanged(link("espalier0", "tun", false))))
                .isTrue();
        assertThat(amiss(new NetlinkEvent.LinkChanged(link("espalier0", "tun", true))))
                .isFalse();
        assertThat(amiss(new NetlinkEvent.LinkChanged(link("eth0", "", true)))).isTrue();
        assertThat(amiss(new NetlinkEvent.LinkChanged(link("esp0123456789a", "veth", true))))
                .isFalse();
        assertThat(amiss(new NetlinkEvent.LinkRemoved(link("esp0123456789a", "veth", true))))
                .isFalse();
    }

    private static boolean amiss(NetlinkEvent event) {
        return KernelWatch.isAmiss(event, "espalier0", name -> true);
    }

    private static Link link(String name, String kind, boolean up) {
        return new Link(7, name, kind, 1500, up, up, false, Octets.EMPTY, 0, 0, -1, 0, "");
    }
}
