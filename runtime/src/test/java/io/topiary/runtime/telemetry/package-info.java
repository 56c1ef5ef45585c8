@NullMarked
package io.topiary.runtime.telemetry;

import org.jspecify.annotations.NullMarked;
