package io.topiary.cli.cluster;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.text.Reason;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A file of Kafka's client properties, by Kafka's own names. */
final class ClientProperties {

  private ClientProperties() {}

  /**
   * @throws StartException when it cannot be read, or holds names that are not Kafka's
   */
  static Map<String, String> read(Path file) {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw unreadable(file, Reason.of(e), e);
    } catch (IllegalArgumentException e) {
      throw unreadable(file, String.valueOf(e.getMessage()), e);
    }
    var values = new TreeMap<String, String>();
    for (var name : properties.stringPropertyNames()) {
      require(
          !name.startsWith("topiary."),
          "%s, which --client-config names, holds %s; it should hold Kafka's own names, for example"
              + " security.protocol, and --config is for the others.",
          file,
          name);
      values.put(name, properties.getProperty(name));
    }
    return values;
  }

  private static StartException unreadable(Path file, String why, Exception cause) {
    return new StartException(
        "%s, which --client-config names, should be a properties file, but: %s."
            .formatted(file, why),
        cause);
  }
}
