/**
 * A dense network trained, pruned, retrained and evaluated by all three services in one process.
 */
@NullMarked
package io.topiary.cli.demo;

import org.jspecify.annotations.NullMarked;
