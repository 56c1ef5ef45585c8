/** Long work on a Kafka share group: one job at a time for each slot, settled exactly once. */
@NullMarked
package io.topiary.runtime.queue;

import org.jspecify.annotations.NullMarked;
