/**
 * A page that shows what the pipeline does and has done, for browsers: files of this jar, and the
 * jobs and dead letters behind them as JSON.
 */
@NullMarked
package io.topiary.evaluator.page;

import org.jspecify.annotations.NullMarked;
