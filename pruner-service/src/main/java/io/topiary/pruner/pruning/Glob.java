package io.topiary.pruner.pruning;

/** A pattern for names: {@code *} stands for any text, {@code ?} for any letter. */
record Glob(String pattern) {

  /** Goes back to the last asterisk only, which is enough, and takes no longer than quadratic. */
  boolean matches(String name) {
    var g = 0;
    var n = 0;
    var afterAsterisk = -1;
    var retry = 0;
    while (n < name.length()) {
      if (g < pattern.length() && pattern.charAt(g) == '*') {
        afterAsterisk = ++g;
        retry = n;
      } else if (g < pattern.length()
          && (pattern.charAt(g) == '?' || pattern.charAt(g) == name.charAt(n))) {
        g++;
        n++;
      } else if (afterAsterisk >= 0) {
        g = afterAsterisk;
        n = ++retry;
      } else {
        return false;
      }
    }
    return pattern.substring(g).chars().allMatch(letter -> letter == '*');
  }
}
