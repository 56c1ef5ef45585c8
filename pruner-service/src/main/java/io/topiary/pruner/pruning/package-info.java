/**
 * What the pruner decides, without Kafka: which networks a policy means, which weights go, and how
 * fast the network is retrained.
 */
@NullMarked
package io.topiary.pruner.pruning;

import org.jspecify.annotations.NullMarked;
