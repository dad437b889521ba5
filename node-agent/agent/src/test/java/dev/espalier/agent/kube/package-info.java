@NullMarked
package dev.espalier.agent.kube;

import org.jspecify.annotations.NullMarked;
