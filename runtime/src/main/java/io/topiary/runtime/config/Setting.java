package io.topiary.runtime.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * One thing that can be configured: its name, what it is for and how its text becomes a value.
 *
 * @param name dotted and lower case, for example {@code topiary.http.port}
 * @param description half a sentence for {@code --help}
 * @param expected completes the sentence "it should be ..."
 * @param fallback the text that counts when nothing is configured; absent when the setting must be
 *     given
 * @param parser the value of a text; absent when the text is not as expected
 */
public record Setting<T>(
    String name,
    String description,
    String expected,
    Optional<String> fallback,
    Function<String, Optional<T>> parser) {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  public static Setting<String> string(String name, String description) {
    return required(name, description, "a text", Setting::notEmpty);
  }

  /** A whole number of at least 1. */
  public static Setting<Integer> positive(String name, String description) {
    return required(
        name, description, "a whole number of at least 1", number(Integer::valueOf, n -> n >= 1));
  }

  /** Yes or no. */
  public static Setting<Boolean> bool(String name, String description) {
    return required(name, description, "true or false", Setting::parseBoolean);
  }

  /** A TCP port; 0 lets the system choose a free one. */
  public static Setting<Integer> port(String name, String description) {
    return required(
        name,
        description,
        "a port between 0 and 65535 (0 takes any free one)",
        number(Integer::valueOf, n -> n >= 0 && n <= 65_535));
  }

  public static Setting<Path> path(String name, String description) {
    return required(name, description, "a path", text -> notEmpty(text).map(Setting::absolute));
  }

  /** A whole number with a unit: 500ms, 30s, 5m, 2h. */
  public static Setting<Duration> duration(String name, String description) {
    return required(
        name, description, "a duration such as 500ms, 30s, 5m or 2h", Setting::parseDuration);
  }

  /** Names separated by commas, at least one. */
  public static Setting<List<String>> names(String name, String description) {
    return required(
        name,
        description,
        "names separated by commas",
        text -> Optional.of(items(text)).filter(names -> !names.isEmpty()));
  }

  /** Paths separated by commas; the empty text is the empty list. */
  public static Setting<List<Path>> paths(String name, String description) {
    return required(
        name, description, "paths separated by commas", text -> Optional.of(parsePaths(text)));
  }

  /** The same setting with a text that counts when nothing is configured. */
  public Setting<T> orElse(String text) {
    return new Setting<>(name, description, expected, Optional.of(text), parser);
  }

  /** The same setting where it need not be given; see {@link Settings#require}. */
  public Setting<Optional<T>> optional() {
    return new Setting<>(
        name,
        description,
        expected + ", or empty",
        Optional.of(""),
        text ->
            text.isEmpty()
                ? Optional.of(Optional.empty())
                : Optional.of(parser.apply(text)).filter(Optional::isPresent));
  }

  /**
   * The value of a configured text.
   *
   * @throws SettingException when the text is not as expected
   */
  T parse(String text) {
    try {
      return parser.apply(text.strip()).orElseThrow(() -> refused(text));
    } catch (IllegalArgumentException e) {
      throw refused(text);
    }
  }

  /** The name of the environment variable that sets it. */
  String environmentVariable() {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  private SettingException refused(String text) {
    return new SettingException(name + " is \"" + text + "\", but it should be " + expected + ".");
  }

  private static <T> Setting<T> required(
      String name, String description, String expected, Function<String, Optional<T>> parser) {
    return new Setting<>(name, description, expected, Optional.empty(), parser);
  }

  private static Optional<String> notEmpty(String text) {
    return Optional.of(text).filter(given -> !given.isEmpty());
  }

  private static Optional<Boolean> parseBoolean(String text) {
    return switch (text) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  private static <N> Function<String, Optional<N>> number(
      Function<String, N> parser, Predicate<N> range) {
    return text -> Optional.of(parser.apply(text)).filter(range);
  }

  private static Path absolute(String text) {
    return Path.of(text).toAbsolutePath().normalize();
  }

  private static List<Path> parsePaths(String text) {
    return items(text).stream().map(Setting::absolute).toList();
  }

  private static List<String> items(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  private static Optional<Duration> parseDuration(String text) {
    var match = DURATION.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    var number = Long.parseLong(match.group(1));
    return Optional.of(
        switch (match.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofHours(number);
        });
  }
}
