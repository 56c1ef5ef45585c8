/** Shows how a network would be pruned, before anything runs. */
@NullMarked
package io.topiary.cli.plan;

import org.jspecify.annotations.NullMarked;
