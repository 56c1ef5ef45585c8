/**
 * The kernels on the JDK's Vector API. Nothing outside names a class of this package, so that a JVM
 * without the module {@code jdk.incubator.vector} never loads one.
 */
@NullMarked
package io.topiary.inference.vector;

import org.jspecify.annotations.NullMarked;
