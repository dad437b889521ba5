/** JMH benchmarks of what is done for every packet; {@code e2e/bench/micro} runs them. */
@NullMarked
package dev.espalier.bench.micro;

import org.jspecify.annotations.NullMarked;
