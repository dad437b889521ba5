package dev.espalier.operator.pki;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestConditionBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;

/**
 * Where a CSR stands.
 *
 * @param finished it has a certificate, was denied, or its signing failed
 */
record RequestStatus(boolean approved, boolean finished) {
    static RequestStatus of(CertificateSigningRequest csr) {
        if (csr.getStatus() == null) {
            return new RequestStatus(false, false);
        }
        String certificate = csr.getStatus().getCertificate();
        return new RequestStatus(
                has(csr, "Approved"),
                has(csr, "Denied") || has(csr, "Failed") || (certificate != null && !certificate.isEmpty()));
    }

    /** For the subresource {@code approval}. */
    static CertificateSigningRequest approved(CertificateSigningRequest csr, String nodeName, Instant now) {
        return with(csr, condition("Approved", "RequesterIsNode", "the requester's pod runs on node " + nodeName, now));
    }

    /** For the subresource {@code approval}. */
    static CertificateSigningRequest denied(CertificateSigningRequest csr, Denial denial, Instant now) {
        return with(csr, condition("Denied", denial.reason().toString(), denial.message(), now));
    }

    /** For the subresource {@code status}. */
    static CertificateSigningRequest failed(CertificateSigningRequest csr, Denial denial, Instant now) {
        return with(csr, condition("Failed", denial.reason().toString(), denial.message(), now));
    }

    /** For the subresource {@code status}. */
    static CertificateSigningRequest issued(CertificateSigningRequest csr, String pem) {
        return new CertificateSigningRequestBuilder(csr)
                .editOrNewStatus()
                .withCertificate(Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))
                .endStatus()
                .build();
    }

    private static CertificateSigningRequest with(
            CertificateSigningRequest csr, CertificateSigningRequestCondition condition) {
        return new CertificateSigningRequestBuilder(csr)
                .editOrNewStatus()
                .addToConditions(condition)
                .endStatus()
                .build();
    }

    private static CertificateSigningRequestCondition condition(
            String type, String reason, String message, Instant now) {
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        return new CertificateSigningRequestConditionBuilder()
                .withType(type)
                .withStatus("True")
                .withReason(reason)
                .withMessage(message)
                .withLastUpdateTime(time)
                .withLastTransitionTime(time)
                .build();
    }

    private static boolean has(CertificateSigningRequest csr, String type) {
        List<CertificateSigningRequestCondition> conditions = csr.getStatus().getConditions();
        return conditions != null && conditions.stream().anyMatch(condition -> type.equals(condition.getType()));
    }
}
