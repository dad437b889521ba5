package dev.espalier.operator.install;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.operator.addresses.AddressBatches;
import dev.espalier.operator.addresses.PodNetworks;
import dev.espalier.operator.addresses.RunningPods;
import dev.espalier.operator.addresses.TrimmedPods;
import dev.espalier.operator.cache.Cached;
import dev.espalier.operator.cache.TrimmedStore;
import dev.espalier.operator.cache.Trimming;
import dev.espalier.operator.pki.CertificateService;
import dev.espalier.operator.pki.Pki;
import dev.espalier.operator.pki.PkiNames;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The cluster's nodes as a whole: an IPSecNode for each Node, none for one that is gone, and certificates of the gone revoked (F-13,
 * CSR-08). One reconciliation is for all nodes; it hangs on the operator's own namespace, which exists as long as the operator.
 */
@ControllerConfiguration(
        name = "mesh",
        informer = @Informer(fieldSelector = @Field(path = "metadata.name", value = PkiNames.NAMESPACE)),
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 1, timeUnit = TimeUnit.MINUTES))
@RateLimited(maxReconciliations = 4, within = 1)
public class MeshReconciler implements Reconciler<Namespace> {
    private static final Logger LOG = Logger.getLogger(MeshReconciler.class);
    private static final String FIELD_MANAGER = "espalier-operator";
    /** Objects read at a time: pods and nodes are large before they are trimmed. */
    private static final long LIST_LIMIT = 500;

    private static final Duration PUBLISHED_ANEW = Duration.ofSeconds(10);
    private static final Duration NEXT_ROUND = Duration.ofMillis(250);
    private static final Duration NEXT_BATCH = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final CertificateService certificates;
    private final NodeAddressing addressing;
    private final InstantSource clock;
    private final SpecWrites writes = new SpecWrites(this::apply);
    private Published published = Published.NOTHING;

    /** @param networks where pods may have addresses that are of no node's pod networks; empty for nowhere, then pods are not watched */
    public MeshReconciler(KubernetesClient client, Pki pki, PodNetworks networks, InstantSource clock) {
        this.addressing = new NodeAddressing(networks.prefixes());
        this.clock = clock;
        this.client = client;
        this.certificates = pki.certificates();
    }

    @Override
    public List<EventSource<?, Namespace>> prepareEventSources(EventSourceContext<Namespace> context) {
        Set<ResourceID> cluster = Set.of(new ResourceID(PkiNames.NAMESPACE));
        var nodes = InformerEventSourceConfiguration.from(Node.class, Namespace.class)
                .withSecondaryToPrimaryMapper(node -> cluster)
                .withItemStore(new TrimmedStore<>(Trimming::node))
                .withInformerListLimit(LIST_LIMIT)
                .withOnUpdateFilter(MeshReconciler::differ)
                .build();
        var ipsecNodes = InformerEventSourceConfiguration.from(IPSecNode.class, Namespace.class)
                .withSecondaryToPrimaryMapper(node -> cluster)
                .withItemStore(new TrimmedStore<>(Trimming::withoutStatus))
                .withOnUpdateFilter(MeshReconciler::specOrMarkDiffers)
                .build();
        List<EventSource<?, Namespace>> sources = new ArrayList<>(
                List.of(new InformerEventSource<>(nodes, context), new InformerEventSource<>(ipsecNodes, context)));
        if (addressing.isAskedFor()) {
            var pods = InformerEventSourceConfiguration.from(Pod.class, Namespace.class)
                    .withSecondaryToPrimaryMapper(pod -> cluster)
                    .withItemStore(new TrimmedPods())
                    .withInformerListLimit(LIST_LIMIT)
                    .withOnUpdateFilter(RunningPods::differ)
                    .build();
            sources.add(new InformerEventSource<>(pods, context));
        }
        return sources;
    }

    @Override
    public UpdateControl<Namespace> reconcile(Namespace namespace, Context<Namespace> context) {
        if (!PkiNames.NAMESPACE.equals(namespace.getMetadata().getName())) {
            return UpdateControl.noUpdate();
        }
        Instant now = clock.instant();
        Collection<Node> nodes = Cached.all(context, Node.class);
        Collection<IPSecNode> present = Cached.all(context, IPSecNode.class);
        Optional<AddressBatches.Batch> batch = addressing.isAskedFor()
                ? Optional.of(addressing.next(nodes, present, Cached.all(context, Pod.class), now))
                : Optional.empty();
        MeshPlan plan = MeshPlan.of(nodes, present, batch.map(AddressBatches.Batch::byNode));
        boolean unwritten = writes.round(plan.apply(), now);
        plan.gone().forEach(this::removeIfGone);
        publish(nodes, present, now);
        if (unwritten) {
            return UpdateControl.<Namespace>noUpdate().rescheduleAfter(NEXT_ROUND);
        }
        return batch.map(AddressBatches.Batch::postponed).orElse(false)
                ? UpdateControl.<Namespace>noUpdate().rescheduleAfter(NEXT_BATCH)
                : UpdateControl.noUpdate();
    }

    /** Pods come and go all the time; nodes do not, and only they count here. */
    private void publish(Collection<Node> nodes, Collection<IPSecNode> present, Instant now) {
        Published wanted = new Published(
                nodes.stream()
                        .collect(Collectors.toMap(
                                node -> node.getMetadata().getName(),
                                node -> node.getMetadata().getUid())),
                present.stream()
                        .filter(CertificateService::isCutOff)
                        .map(node -> node.getMetadata().getName())
                        .collect(Collectors.toSet()),
                now);
        if (!published.holds(wanted)) {
            certificates.publish(wanted.nodeUids(), wanted.cutOff());
            published = wanted;
        }
    }

    /** What was published last; for a while only, because others may change what is stored, too. */
    private record Published(Map<String, String> nodeUids, Set<String> cutOff, Instant at) {
        static final Published NOTHING = new Published(Map.of(), Set.of(), Instant.EPOCH);

        boolean holds(Published wanted) {
            return nodeUids.equals(wanted.nodeUids)
                    && cutOff.equals(wanted.cutOff)
                    && wanted.at.isBefore(at.plus(PUBLISHED_ANEW));
        }
    }

    private void apply(MeshPlan.Application wanted) {
        IPSecNode node = new IPSecNode();
        node.setMetadata(new ObjectMetaBuilder()
                .withName(wanted.name())
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(wanted.name())
                .withUid(wanted.nodeUid())
                .endOwnerReference()
                .build());
        node.setSpec(wanted.spec());
        client.resource(node)
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager(FIELD_MANAGER)
                        .withForce(true)
                        .build());
        LOG.infof(
                "IPSecNode %s: addresses %s, pods %s and %d more networks",
                wanted.name(),
                wanted.spec().addresses(),
                wanted.spec().podCIDRs(),
                wanted.spec().extraAddresses().size());
    }

    /** The cache may be behind; only the API server's own word removes a node (OPR-06). */
    private void removeIfGone(String name) {
        if (client.nodes().withName(name).get() == null) {
            client.resources(IPSecNode.class).withName(name).delete();
            LOG.infof("IPSecNode %s: removed, its Node is gone", name);
        }
    }

    /** Leaves out heartbeats. */
    private static boolean differ(Node node, Node old) {
        return !MeshPlan.of(List.of(node), List.of()).equals(MeshPlan.of(List.of(old), List.of()));
    }

    /** Leaves out what agents write. */
    private static boolean specOrMarkDiffers(IPSecNode node, IPSecNode old) {
        return !Objects.equals(node.getSpec(), old.getSpec())
                || !Objects.equals(annotations(node), annotations(old))
                || !Objects.equals(
                        node.getMetadata().getOwnerReferences(),
                        old.getMetadata().getOwnerReferences());
    }

    private static Map<String, String> annotations(IPSecNode node) {
        return Objects.requireNonNullElse(node.getMetadata().getAnnotations(), Map.of());
    }
}
