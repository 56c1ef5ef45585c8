/** Which weights go: rankings over whole networks, and what their removal does to the norm. */
@NullMarked
package io.topiary.sparsity.selection;

import org.jspecify.annotations.NullMarked;
