package dev.espalier.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;
import org.opentest4j.TestAbortedException;

/** Opens the {@link Session} at its first use, hands it to test classes, checks for leaks after each test and says how each ended. */
final class ClusterSuite
        implements ParameterResolver,
                BeforeTestExecutionCallback,
                AfterTestExecutionCallback,
                AfterEachCallback,
                TestWatcher {
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(ClusterSuite.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Session.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return session(context);
    }

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        context.getStore(OURS).put("started", System.nanoTime());
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        context.getExecutionException()
                .filter(failure -> !(failure instanceof TestAbortedException))
                .ifPresent(failure -> session(context).failed());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Session session = session(context);
        if (session.sealed()) {
            assertThat(session.underlay().leaks())
                    .as(
                            "packets in clear with a pod address at both ends on the underlay; the first of them: %s",
                            session.underlay().showLeaks())
                    .isZero();
        }
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        say(context, "ok      ", "");
    }

    @Override
    public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
        say(context, "skipped ", reason(cause));
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        say(context, "FAILED  ", reason(cause));
    }

    private static String reason(@Nullable Throwable cause) {
        return cause == null ? "" : ": " + cause.getMessage();
    }

    private static void say(ExtensionContext context, String verdict, String more) {
        Object started = context.getStore(OURS).get("started");
        String took = started instanceof Long nanos
                ? String.format(java.util.Locale.ROOT, " (%.1f s)", (System.nanoTime() - nanos) / 1e9)
                : "";
        session(context).report().progress(verdict + context.getDisplayName().replace("(Session)", "") + took + more);
    }

    private static Session session(ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent("session", key -> new Session(Settings.fromEnvironment()), Session.class);
    }
}
