/** How commands reach the brokers that the services are on. */
@NullMarked
package io.topiary.cli.cluster;

import org.jspecify.annotations.NullMarked;
