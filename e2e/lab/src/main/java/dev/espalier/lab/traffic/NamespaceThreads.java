package dev.espalier.lab.traffic;

import dev.espalier.lab.LabException;
import dev.espalier.linux.netns.NetworkNamespace;
import java.util.concurrent.Callable;

/** Runs code inside a named network namespace, on a platform thread of its own. */
public final class NamespaceThreads {
    private NamespaceThreads() {}

    public static <T> T call(String namespace, Callable<T> task) {
        try (NetworkNamespace entered = NetworkNamespace.named(namespace)) {
            return entered.call(task);
        } catch (LabException e) {
            throw e;
        } catch (Exception e) {
            throw new LabException("in namespace " + namespace + ": " + e, e);
        }
    }
}
