package io.topiary.runtime.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, to be closed in reverse order; one that fails does not stop the others.
 */
public final class Resources implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Resources.class);

  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  /** Takes charge of closing it. */
  public synchronized <R extends AutoCloseable> R own(R resource) {
    started.push(resource);
    return resource;
  }

  @Override
  public synchronized void close() {
    while (!started.isEmpty()) {
      var resource = started.pop();
      try {
        resource.close();
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        log.error("{} did not close as it should", resource, e);
      }
    }
  }
}
