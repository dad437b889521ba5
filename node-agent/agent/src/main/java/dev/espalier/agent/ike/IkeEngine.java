package dev.espalier.agent.ike;

import dev.espalier.ike.EndpointState;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.Now;
import java.util.List;

/** What the loop needs of {@code IkeEndpoint}. Called from the loop's thread alone. */
public interface IkeEngine {
    /** Takes one input; the outputs are to be carried out in order. */
    List<IkeOutput> handle(IkeInput input, Now now);

    /** Monotonic time at which the engine wants {@link IkeInput.DeadlineReached}, or {@link Long#MAX_VALUE}. */
    long nextDeadlineNanos();

    EndpointStatus status(Now now);

    /** As {@code IkeEndpoint.movable}. */
    boolean movable();

    /** As {@code IkeEndpoint.save}. */
    EndpointState save(Now now);

    /** As {@code IkeEndpoint.restore}. */
    List<IkeOutput> restore(EndpointState state, Now now);
}
