package dev.espalier.operator.authority;

import dev.espalier.crds.v1alpha1.IPSecAuthority;
import dev.espalier.crds.v1alpha1.IPSecAuthoritySpec;
import dev.espalier.crds.v1alpha1.IPSecAuthorityStatus;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus.CertificateStatus;
import dev.espalier.crds.v1alpha1.RollStage;
import dev.espalier.operator.admission.OwnStatusGuard;
import dev.espalier.operator.cache.Cached;
import dev.espalier.operator.cache.TrimmedStore;
import dev.espalier.operator.cache.Trimming;
import dev.espalier.operator.pki.ApiServerVersion;
import dev.espalier.operator.pki.CaRoll;
import dev.espalier.operator.pki.NodeTrust;
import dev.espalier.operator.pki.Pki;
import dev.espalier.operator.pki.PkiNames;
import dev.espalier.operator.pki.PkiObserver;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps the one IPSecAuthority: makes it, takes the steps of a roll as nodes report, and says in status where it stands. */
@ControllerConfiguration(
        name = "authority",
        informer = @Informer(fieldSelector = @Field(path = "metadata.name", value = PkiNames.NAMESPACE)),
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 1, timeUnit = TimeUnit.MINUTES))
@RateLimited(maxReconciliations = 2, within = 1)
public class AuthorityReconciler implements Reconciler<Namespace> {
    private static final NodeTrust NOTHING = new NodeTrust(List.of(), "");

    private final KubernetesClient client;
    private final OwnStatusGuard guard;
    private final CaRoll roll;
    private final PkiObserver observer;
    private final InstantSource clock;

    public AuthorityReconciler(
            KubernetesClient client, Pki pki, OwnStatusGuard guard, PkiObserver observer, InstantSource clock) {
        this.client = client;
        this.guard = guard;
        this.roll = pki.roll();
        this.observer = observer;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Namespace>> prepareEventSources(EventSourceContext<Namespace> context) {
        Set<ResourceID> cluster = Set.of(new ResourceID(PkiNames.NAMESPACE));
        return List.of(
                new InformerEventSource<>(
                        InformerEventSourceConfiguration.from(IPSecAuthority.class, Namespace.class)
                                .withSecondaryToPrimaryMapper(authority -> cluster)
                                .withOnUpdateFilter(
                                        (authority, old) -> !Objects.equals(authority.getSpec(), old.getSpec()))
                                .build(),
                        context),
                new InformerEventSource<>(
                        InformerEventSourceConfiguration.from(IPSecNode.class, Namespace.class)
                                .withSecondaryToPrimaryMapper(node -> cluster)
                                .withItemStore(new TrimmedStore<>(Trimming::certificate))
                                // Of a node without a certificate there is nothing to wait for.
                                .withOnAddFilter(node -> !NOTHING.equals(trust(node)))
                                .withOnUpdateFilter((node, old) -> !Objects.equals(trust(node), trust(old)))
                                .build(),
                        context));
    }

    @Override
    public UpdateControl<Namespace> reconcile(Namespace namespace, Context<Namespace> context) {
        if (!PkiNames.NAMESPACE.equals(namespace.getMetadata().getName())) {
            return UpdateControl.noUpdate();
        }
        IPSecAuthority authority = Cached.all(context, IPSecAuthority.class).stream()
                .filter(object -> object.getMetadata().getName().equals(IPSecAuthority.NAME))
                .findFirst()
                .orElseGet(this::create);
        Map<String, NodeTrust> reports = new HashMap<>();
        Cached.all(context, IPSecNode.class)
                .forEach(node -> reports.put(node.getMetadata().getName(), trust(node)));
        CaRoll.Position position =
                roll.advance(AuthorityStatusPlan.issuedAfter(authority).moment(), reports);
        Instant now = clock.instant();
        observer.rollStands(position.stage(), position.missing().size());
        roll.remind(position, now);
        IPSecAuthorityStatus wanted =
                AuthorityStatusPlan.of(authority, position, guard.ensure(), ApiServerVersion.of(client), now);
        if (!wanted.equals(authority.getStatus())) {
            IPSecAuthority changed = new IPSecAuthority();
            changed.setMetadata(authority.getMetadata());
            changed.setSpec(authority.getSpec());
            changed.setStatus(wanted);
            client.resource(changed).updateStatus();
        }
        boolean goesOn =
                position.stage() != RollStage.SETTLED && position.missing().isEmpty();
        return goesOn
                ? UpdateControl.<Namespace>noUpdate().rescheduleAfter(1, TimeUnit.SECONDS)
                : UpdateControl.noUpdate();
    }

    /** The cache may not have it yet: then the API server says that it is there. */
    private IPSecAuthority create() {
        IPSecAuthority authority = new IPSecAuthority();
        authority.setMetadata(
                new ObjectMetaBuilder().withName(IPSecAuthority.NAME).build());
        authority.setSpec(new IPSecAuthoritySpec(null));
        try {
            return client.resource(authority).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return client.resources(IPSecAuthority.class)
                    .withName(IPSecAuthority.NAME)
                    .require();
        }
    }

    private static NodeTrust trust(IPSecNode node) {
        @Nullable
        CertificateStatus certificate =
                node.getStatus() == null ? null : node.getStatus().certificate();
        return certificate == null
                ? NOTHING
                : new NodeTrust(
                        certificate.trustAnchors(), Objects.requireNonNullElse(certificate.issuerFingerprint(), ""));
    }
}
