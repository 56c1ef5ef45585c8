package io.topiary.runtime.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/** The declared names, to catch a mistyped one. */
record KnownNames(Set<String> names) {

  private static final String OURS = "topiary.";

  /**
   * @param where completes the sentence "... is in ..."
   * @throws SettingException for the first name of ours that is not declared
   */
  void check(Collection<String> given, String where) {
    new TreeSet<>(given)
        .stream()
            .filter(name -> name.startsWith(OURS) && !name.startsWith(Settings.KAFKA_PREFIX))
            .filter(name -> !names.contains(name))
            .findFirst()
            .ifPresent(
                name -> {
                  throw new SettingException(
                      "%s in %s is no setting; the nearest one is %s."
                          .formatted(name, where, nearest(name)));
                });
  }

  private String nearest(String name) {
    return names.stream()
        .min(Comparator.comparingInt(known -> distance(name, known)))
        .orElse("none");
  }

  /** Levenshtein distance: insertions, deletions and substitutions that turn a into b. */
  static int distance(String a, String b) {
    var above = new int[b.length() + 1];
    Arrays.setAll(above, j -> j);
    for (var i = 1; i <= a.length(); i++) {
      var row = new int[b.length() + 1];
      row[0] = i;
      for (var j = 1; j <= b.length(); j++) {
        var substitution = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitution, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
