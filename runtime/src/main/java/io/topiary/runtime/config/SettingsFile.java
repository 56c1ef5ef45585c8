package io.topiary.runtime.config;

import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/** A configuration file, YAML or properties, as names and values. */
final class SettingsFile {

  /** What the YAML reader appends to the name of a list for each of its items. */
  private static final Pattern ITEM = Pattern.compile(".*\\[\\d+]");

  private SettingsFile() {}

  static Map<String, String> read(Path file) {
    var name = file.getFileName() == null ? "" : file.getFileName().toString();
    try {
      var text = Files.readString(file);
      if (name.endsWith(".properties")) {
        return properties(text);
      }
      if (name.endsWith(".yaml") || name.endsWith(".yml")) {
        return yaml(text);
      }
    } catch (NoSuchFileException e) {
      throw new SettingException("The configuration file " + file + " does not exist.", e);
    } catch (IOException | RuntimeException e) {
      throw new SettingException(
          "The configuration file " + file + " cannot be read: " + firstLine(e), e);
    }
    throw new SettingException(
        "The configuration file " + file + " should end in .yaml, .yml or .properties.");
  }

  private static Map<String, String> properties(String text) throws IOException {
    var properties = new Properties();
    properties.load(new StringReader(text));
    var values = new HashMap<String, String>();
    properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    return values;
  }

  private static Map<String, String> yaml(String text) {
    var values = new HashMap<String, String>();
    // A key that holds dots, as Kafka's do, arrives in quotes.
    new YamlConfigSource("file", text)
        .getProperties()
        .forEach((key, value) -> values.put(key.replace("\"", ""), value));
    values.keySet().removeIf(key -> ITEM.matcher(key).matches());
    return values;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
