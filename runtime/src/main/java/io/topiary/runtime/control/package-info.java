/** What people command while the services are at work: that a job or a plan should end. */
@NullMarked
package io.topiary.runtime.control;

import org.jspecify.annotations.NullMarked;
