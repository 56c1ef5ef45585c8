@NullMarked
package io.topiary.runtime.config;

import org.jspecify.annotations.NullMarked;
