package io.topiary.runtime.lifecycle;

import io.topiary.runtime.config.Setting;
import java.util.List;

/** A process that says what it does. */
final class SmallService {

  static final Setting<String> MOOD = Setting.string("topiary.test.mood", "well or ill");

  private SmallService() {}

  public static void main(String[] arguments) {
    ServiceMain.run(
        "small-service",
        List.of(MOOD),
        (settings, telemetry) -> {
          var component = telemetry.health().component("mood");
          if (settings.get(MOOD).equals("ill")) {
            component.failed(new IllegalStateException("feels ill"));
          }
          component.ready();
          System.out.println("serving " + telemetry.address());
          System.out.println("not ready: " + telemetry.health().unready());
          return () -> System.out.println("closed");
        },
        arguments);
  }
}
