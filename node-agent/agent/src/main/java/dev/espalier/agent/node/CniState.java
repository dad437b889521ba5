package dev.espalier.agent.node;

import dev.espalier.agent.cni.NodeState;
import dev.espalier.agent.cni.PodCidr;
import dev.espalier.agent.cni.Readiness;
import dev.espalier.agent.node.ControlThread.InForce;
import dev.espalier.agent.policy.PolicyCompiler;
import java.util.List;

/** What pods are attached by: the plan in force. */
final class CniState implements NodeState {
    private final ControlThread control;
    private final AgentView view;

    CniState(ControlThread control, AgentView view) {
        this.control = control;
        this.view = view;
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
    public int innerMtu() {
        InForce inForce = control.inForce();
        return inForce == null ? 0 : inForce.mtu();
    }

    @Override
    public Readiness readiness() {
        List<String> missing = view.notReady();
        return missing.isEmpty() ? new Readiness.Ready() : new Readiness.NotReady(String.join("; ", missing), true);
    }
}
