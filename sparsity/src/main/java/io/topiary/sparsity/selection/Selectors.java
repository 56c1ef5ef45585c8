package io.topiary.sparsity.selection;

import java.util.List;
import java.util.regex.Pattern;

/** The selectors by name. */
public final class Selectors {

  private static final Pattern N_OF_M = Pattern.compile("(\\d{1,9}):(\\d{1,9})");

  private Selectors() {}

  /** Every name there is; {@code 2:4} stands for any other N and M as well. */
  public static List<String> names() {
    return List.of(
        "global-magnitude", "uniform", "uniform-dense-first", "erk", "lamp", "2:4", "random");
  }

  /**
   * The selector of that name.
   *
   * @param seed what {@code random} draws from; the others need none
   * @throws SelectionException when no selector has that name
   */
  public static Selector parse(String name, long seed) {
    var nOfM = N_OF_M.matcher(name);
    if (nOfM.matches()) {
      return new NOfM(Integer.parseInt(nOfM.group(1)), Integer.parseInt(nOfM.group(2)));
    }
    return switch (name) {
      case "global-magnitude" -> new GlobalMagnitude();
      case "uniform" -> new Uniform();
      case "uniform-dense-first" -> new UniformDenseFirst();
      case "erk" -> new Erk();
      case "lamp" -> new Lamp();
      case "random" -> new RandomSelection(seed);
      default ->
          throw new SelectionException(
              "There is no selector '%s'; there are %s, where 2:4 may be any N:M."
                  .formatted(name, String.join(", ", names())));
    };
  }
}
