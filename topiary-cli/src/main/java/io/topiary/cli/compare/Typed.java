package io.topiary.cli.compare;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.options.TypedNumbers;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/** Lists as somebody typed them, with commas. */
final class Typed {

  private Typed() {}

  /** Names, each once. */
  static List<String> names(String option, List<String> typed) {
    var names =
        typed.stream().flatMap(list -> Stream.of(list.split(",", -1))).map(String::strip).toList();
    requireDistinct(option, names);
    return names;
  }

  /** Fractions above 0 and below 1, each once. */
  static List<Double> sparsities(List<String> typed) {
    var sparsities = TypedNumbers.decimals("--sparsity", typed, "0.7,0.9");
    sparsities.forEach(
        sparsity ->
            require(
                sparsity > 0 && sparsity < 1,
                "--sparsity has %s, but a sparsity should be above 0 and below 1, for example 0.9.",
                number(sparsity)));
    requireDistinct("--sparsity", sparsities.stream().map(sparsity -> number(sparsity)).toList());
    return sparsities;
  }

  /** A number for every sparsity: the same for all where only one was typed. */
  static List<Double> forEach(
      String option, List<String> typed, String example, List<Double> sparsities) {
    var numbers = TypedNumbers.decimals(option, typed, example);
    require(
        numbers.size() == 1 || numbers.size() == sparsities.size(),
        "%s has %d numbers for %d sparsities; it should have one for all, or one for each.",
        option,
        numbers.size(),
        sparsities.size());
    return numbers.size() == 1 ? Collections.nCopies(sparsities.size(), numbers.get(0)) : numbers;
  }

  private static void requireDistinct(String option, List<String> names) {
    var seen = new HashSet<String>();
    names.forEach(
        name -> require(seen.add(name), "%s has %s twice; it should be there once.", option, name));
  }
}
