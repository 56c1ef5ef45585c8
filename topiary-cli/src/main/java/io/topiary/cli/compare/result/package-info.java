/**
 * What a comparison has come to, as {@code runs.json} and {@code runs.csv} keep it: plain values
 * that know nothing of how they were made.
 */
@NullMarked
package io.topiary.cli.compare.result;

import org.jspecify.annotations.NullMarked;
