package dev.espalier.operator.pki;

import dev.espalier.crds.v1alpha1.RollStage;
import java.time.Instant;

/** Is told what the certificate authority does, for metrics. */
public interface PkiObserver {
    void certificateIssued();

    /** @param reason as in the CSR's condition */
    void requestDenied(String reason);

    /** @param missing nodes that have not followed */
    void rollStands(RollStage stage, int missing);

    /** @param notAfter of the CA's own certificate */
    void trustPublished(Instant notAfter, int revokedSerials);
}
