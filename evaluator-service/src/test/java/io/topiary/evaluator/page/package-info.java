@NullMarked
package io.topiary.evaluator.page;

import org.jspecify.annotations.NullMarked;
