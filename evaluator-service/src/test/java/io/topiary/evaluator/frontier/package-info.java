@NullMarked
package io.topiary.evaluator.frontier;

import org.jspecify.annotations.NullMarked;
