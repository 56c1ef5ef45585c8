/** How long a network takes, sparse against dense: the protocol, its arithmetic and the doing. */
@NullMarked
package io.topiary.evaluator.timing;

import org.jspecify.annotations.NullMarked;
