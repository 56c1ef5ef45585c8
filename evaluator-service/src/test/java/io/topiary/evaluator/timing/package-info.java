@NullMarked
package io.topiary.evaluator.timing;

import org.jspecify.annotations.NullMarked;
