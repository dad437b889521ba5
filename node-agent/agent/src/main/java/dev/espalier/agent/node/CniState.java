package dev.espalier.agent.node;

import dev.espalier.agent.cni.NodeState;
import dev.espalier.agent.cni.PodCidr;
import dev.espalier.agent.cni.Readiness;
import dev.espalier.agent.node.ControlThread.InForce;
import dev.espalier.agent.policy.PolicyCompiler;
import dev.espalier.agent.settings.CniMode;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.List;

/** What pods are attached by: the plan in force. */
final class CniState implements NodeState {
    private final ControlThread control;
    private final AgentView view;
    private final CniMode mode;

    CniState(ControlThread control, AgentView view, CniMode mode) {
        this.control = control;
        this.view = view;
        this.mode = mode;
    }

    @Override
    public List<PodCidr> podCidrs() {
        InForce inForce = control.inForce();
        return inForce == null
                ? List.of()
                : inForce.view().own().podCidrs().stream()
                        .map(prefix -> new PodCidr(prefix, PolicyCompiler.gateway(prefix)))
                        .toList();
    }

    @Override
    public List<Prefix> remotePods() {
        InForce inForce = control.inForce();
        return inForce == null ? List.of() : inForce.plan().routes().remote();
    }

    @Override
    public boolean chained() {
        return mode == CniMode.CHAINED;
    }

    @Override
    public int innerMtu() {
        InForce inForce = control.inForce();
        return inForce == null ? 0 : inForce.mtu();
    }

    /** Without a device or a plan pods that are there have no way to other nodes either; what else is missing stops new ones only. */
    @Override
    public Readiness readiness() {
        List<String> missing = new ArrayList<>(view.notReady());
        InForce inForce = control.inForce();
        boolean suffer = inForce == null || !view.carries();
        if (chained() && inForce != null && !inForce.filtered()) {
            // Routes to pods are in the main table then, and nothing else keeps packets in clear from them.
            missing.add("the packet filter is not loaded");
        }
        return missing.isEmpty() ? new Readiness.Ready() : new Readiness.NotReady(String.join("; ", missing), suffer);
    }
}
