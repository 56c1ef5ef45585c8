/** All of Topiary in one process, and what a command needs to give it work and to follow it. */
@NullMarked
package io.topiary.cli.pipeline;

import org.jspecify.annotations.NullMarked;
