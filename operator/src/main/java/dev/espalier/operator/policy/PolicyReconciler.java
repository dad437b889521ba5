package dev.espalier.operator.policy;

import dev.espalier.crds.policy.PeerValidation;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPeer;
import dev.espalier.crds.v1alpha1.IPSecPeerStatus;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus;
import dev.espalier.operator.cache.Cached;
import dev.espalier.operator.cache.TrimmedStore;
import dev.espalier.operator.cache.Trimming;
import dev.espalier.operator.pki.PkiNames;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Field;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Writes the status of all policies and peers. One reconciliation is for all of them, because what one policy comes to depends on the
 * others; it hangs on the operator's own namespace.
 */
@ControllerConfiguration(
        name = "policies",
        informer = @Informer(fieldSelector = @Field(path = "metadata.name", value = PkiNames.NAMESPACE)),
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 1, timeUnit = TimeUnit.MINUTES))
@RateLimited(maxReconciliations = 4, within = 1)
public class PolicyReconciler implements Reconciler<Namespace> {
    private static final Logger LOG = Logger.getLogger(PolicyReconciler.class);

    private final KubernetesClient client;
    private final InstantSource clock;
    private final ProgressPace pace = new ProgressPace();

    public PolicyReconciler(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Namespace>> prepareEventSources(EventSourceContext<Namespace> context) {
        Set<ResourceID> cluster = Set.of(new ResourceID(PkiNames.NAMESPACE));
        return List.of(
                new InformerEventSource<>(
                        InformerEventSourceConfiguration.from(IPSecPolicy.class, Namespace.class)
                                .withSecondaryToPrimaryMapper(policy -> cluster)
                                .build(),
                        context),
                new InformerEventSource<>(
                        InformerEventSourceConfiguration.from(IPSecPeer.class, Namespace.class)
                                .withSecondaryToPrimaryMapper(peer -> cluster)
                                .build(),
                        context),
                new InformerEventSource<>(
                        InformerEventSourceConfiguration.from(IPSecNode.class, Namespace.class)
                                .withSecondaryToPrimaryMapper(node -> cluster)
                                .withItemStore(new TrimmedStore<>(Trimming::status))
                                .withOnUpdateFilter((node, old) -> !Objects.equals(node.getStatus(), old.getStatus()))
                                .build(),
                        context));
    }

    @Override
    public UpdateControl<Namespace> reconcile(Namespace namespace, Context<Namespace> context) {
        if (!PkiNames.NAMESPACE.equals(namespace.getMetadata().getName())) {
            return UpdateControl.noUpdate();
        }
        Instant now = clock.instant();
        Collection<IPSecPolicy> policies = Cached.all(context, IPSecPolicy.class);
        Map<String, IPSecPolicyStatus> plan = PolicyStatusPlan.of(policies, Cached.all(context, IPSecNode.class), now);
        ProgressPace.Round round = pace.round(policies.size(), now);
        boolean postponed = false;
        for (IPSecPolicy policy : policies) {
            IPSecPolicyStatus wanted =
                    Objects.requireNonNull(plan.get(policy.getMetadata().getName()));
            if (round.isDue(policy.getStatus(), wanted)) {
                write(policy, wanted);
            } else {
                postponed |= !wanted.equals(policy.getStatus());
            }
        }
        for (IPSecPeer peer : Cached.all(context, IPSecPeer.class)) {
            IPSecPeerStatus wanted = PeerStatusPlan.of(peer, PeerValidation.validate(peer.getSpec()), now);
            if (!wanted.equals(peer.getStatus())) {
                IPSecPeer changed = new IPSecPeer();
                changed.setMetadata(peer.getMetadata());
                changed.setSpec(peer.getSpec());
                changed.setStatus(wanted);
                client.resource(changed).updateStatus();
            }
        }
        return postponed
                ? UpdateControl.<Namespace>noUpdate().rescheduleAfter(ProgressPace.pause(policies.size()))
                : UpdateControl.noUpdate();
    }

    /**
     * Under the version that the status was computed from: a status about an older spec never lands on a newer one. In a copy: what the cache
     * holds is what the API server said, also when this write fails.
     */
    private void write(IPSecPolicy policy, IPSecPolicyStatus status) {
        IPSecPolicyStatus old = policy.getStatus();
        IPSecPolicy changed = new IPSecPolicy();
        changed.setMetadata(policy.getMetadata());
        changed.setSpec(policy.getSpec());
        changed.setStatus(status);
        client.resource(changed).updateStatus();
        if (old == null || !Objects.equals(old.message(), status.message())) {
            LOG.infof(
                    "policy %s, generation %d: %s",
                    policy.getMetadata().getName(), status.observedGeneration(), status.message());
        }
    }
}
