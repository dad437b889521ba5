package dev.espalier.lab.api.store;

import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The resources of Kubernetes that the lab serves. Their fields are kept as given, not checked against a schema. */
final class BuiltInTypes {
    /** {@code group version plural Kind scope shortNames subresources flags}; {@code -} for none; flag {@code g}: generations are counted. */
    private static final String TABLE = """
            - v1 namespaces Namespace cluster ns status,finalize -
            - v1 nodes Node cluster no status -
            - v1 pods Pod ns po status -
            - v1 serviceaccounts ServiceAccount ns sa token -
            - v1 secrets Secret ns - - -
            - v1 configmaps ConfigMap ns cm - -
            - v1 events Event ns ev - -
            - v1 services Service ns svc status -
            - v1 endpoints Endpoints ns ep - -
            events.k8s.io v1 events Event ns ev - -
            coordination.k8s.io v1 leases Lease ns - - -
            certificates.k8s.io v1 certificatesigningrequests CertificateSigningRequest cluster csr status,approval -
            rbac.authorization.k8s.io v1 clusterroles ClusterRole cluster - - -
            rbac.authorization.k8s.io v1 clusterrolebindings ClusterRoleBinding cluster - - -
            rbac.authorization.k8s.io v1 roles Role ns - - -
            rbac.authorization.k8s.io v1 rolebindings RoleBinding ns - - -
            apiextensions.k8s.io v1 customresourcedefinitions CustomResourceDefinition cluster crd,crds status g
            admissionregistration.k8s.io v1 validatingadmissionpolicies ValidatingAdmissionPolicy cluster - status g
            admissionregistration.k8s.io v1 validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster - - g
            apps v1 deployments Deployment ns deploy status g
            apps v1 daemonsets DaemonSet ns ds status g
            apps v1 replicasets ReplicaSet ns rs status g
            apps v1 statefulsets StatefulSet ns sts status g
            discovery.k8s.io v1 endpointslices EndpointSlice ns - - g
            networking.k8s.io v1 networkpolicies NetworkPolicy ns netpol - g
            policy v1 poddisruptionbudgets PodDisruptionBudget ns pdb status g
            scheduling.k8s.io v1 priorityclasses PriorityClass cluster pc - g
            authentication.k8s.io v1 tokenreviews TokenReview cluster - - x
            authentication.k8s.io v1 selfsubjectreviews SelfSubjectReview cluster - - x
            authorization.k8s.io v1 subjectaccessreviews SubjectAccessReview cluster - - x
            authorization.k8s.io v1 selfsubjectaccessreviews SelfSubjectAccessReview cluster - - x
            authorization.k8s.io v1 selfsubjectrulesreviews SelfSubjectRulesReview cluster - - x
            """;

    private BuiltInTypes() {}

    static List<ResourceType> all() {
        return TABLE.lines().map(BuiltInTypes::row).toList();
    }

    private static ResourceType row(String line) {
        String[] cells = line.strip().split(" ", -1);
        String group = cells[0].equals("-") ? "" : cells[0];
        ResourceType plain = new ResourceType(
                group,
                cells[1],
                cells[2],
                cells[3].toLowerCase(Locale.ROOT),
                cells[3],
                cells[4].equals("ns"),
                names(cells[5]),
                List.of(),
                Set.copyOf(names(cells[6])),
                cells[7].equals("g"),
                Json.object(),
                List.of(),
                false);
        return BuiltInColumns.addTo(plain);
    }

    private static List<String> names(String cell) {
        return cell.equals("-") ? List.of() : List.of(cell.split(",", -1));
    }
}
