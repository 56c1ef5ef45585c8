/** Rules and dashboards, as Helm renders them. */
@NullMarked
package io.topiary.helm.observability;

import org.jspecify.annotations.NullMarked;
