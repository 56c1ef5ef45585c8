package io.topiary.runtime.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What each component of a process says about itself. The process is ready when every component is;
 * it is alive until one of them has met a bug.
 */
public final class Health {

  /** Why a component is not ready; absent when it is. */
  private final Map<String, Optional<String>> components = new ConcurrentSkipListMap<>();

  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final MeterRegistry registry;

  Health(MeterRegistry registry) {
    this.registry = registry;
  }

  /** A component that reports here; until it does, it is starting. */
  public Component component(String name) {
    components.put(name, Optional.of("starting"));
    Gauge.builder("topiary.component.ready", components, all -> isReady(all, name) ? 1 : 0)
        .description("1 when the component is ready, 0 when it is not; /readyz says why")
        .tag("component", name)
        .register(registry);
    return new Component(name);
  }

  /**
   * Completes exceptionally with the first bug that a component has met: the process should end.
   */
  public CompletableFuture<Void> failure() {
    return failure;
  }

  /** The components that are not ready, and why. */
  public Map<String, String> unready() {
    var reasons = new ConcurrentSkipListMap<String, String>();
    components.forEach((name, reason) -> reason.ifPresent(text -> reasons.put(name, text)));
    return reasons;
  }

  private static boolean isReady(Map<String, Optional<String>> components, String name) {
    return components.getOrDefault(name, Optional.empty()).isEmpty();
  }

  /** One component's voice. */
  public final class Component {

    private final String name;

    private Component(String name) {
      this.name = name;
    }

    public void ready() {
      components.put(name, Optional.empty());
    }

    /** Not ready at the moment, for a reason that people can read. */
    public void unready(String reason) {
      components.put(name, Optional.of(reason));
    }

    /** Never again ready: a bug. */
    public void failed(Throwable bug) {
      unready("failed: " + bug);
      failure.completeExceptionally(bug);
    }
  }
}
