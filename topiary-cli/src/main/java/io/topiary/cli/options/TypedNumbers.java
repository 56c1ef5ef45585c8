package io.topiary.cli.options;

import io.topiary.runtime.StartException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/** Numbers in a list with commas, as somebody typed them. */
public final class TypedNumbers {

  private TypedNumbers() {}

  /** Fractions and the like; {@code example} is what would be right. */
  public static List<Double> decimals(String option, List<String> typed, String example) {
    return numbers(option, typed, "numbers", example, Double::valueOf);
  }

  static List<Integer> whole(String option, List<String> typed, String example) {
    return numbers(option, typed, "whole numbers", example, Integer::valueOf);
  }

  private static <T> List<T> numbers(
      String option, List<String> typed, String what, String example, Function<String, T> reading) {
    // A limit of -1 keeps what is empty at the end.
    return typed.stream()
        .flatMap(list -> Stream.of(list.split(",", -1)))
        .map(
            text -> {
              try {
                return reading.apply(text.strip());
              } catch (NumberFormatException e) {
                throw new StartException(
                    String.format(
                        Locale.ROOT,
                        "%s is '%s', but it should be %s with commas between them, for example"
                            + " %s.",
                        option,
                        String.join(",", typed),
                        what,
                        example),
                    e);
              }
            })
        .toList();
  }
}
