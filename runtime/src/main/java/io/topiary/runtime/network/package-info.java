/** From how a network travels to the network itself. */
@NullMarked
package io.topiary.runtime.network;

import org.jspecify.annotations.NullMarked;
