/** Typed configuration from flags, environment and file, whose errors name the setting. */
@NullMarked
package io.topiary.runtime.config;

import org.jspecify.annotations.NullMarked;
