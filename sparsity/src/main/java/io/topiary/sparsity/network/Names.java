package io.topiary.sparsity.network;

/** What networks and nodes may be called: names go into file headers and lines of output. */
final class Names {

  private Names() {}

  /**
   * The name.
   *
   * @param whose for example {@code Network}
   * @throws NetworkException when it has a control character, or half of a surrogate pair, which no
   *     UTF-8 can hold
   */
  static String requirePlain(String whose, String name) {
    name.codePoints()
        .filter(Names::isUnprintable)
        .findFirst()
        .ifPresent(
            unfit -> {
              throw new NetworkException(
                  "%s '%s' has the character U+%04X in its name; a name must have no control characters and no half of a surrogate pair."
                      .formatted(whose, shown(name), unfit));
            });
    return name;
  }

  private static String shown(String name) {
    var shown = new StringBuilder();
    name.codePoints()
        .forEach(
            point -> {
              if (isUnprintable(point)) {
                shown.append("\\u%04x".formatted(point));
              } else {
                shown.appendCodePoint(point);
              }
            });
    return shown.toString();
  }

  private static boolean isUnprintable(int point) {
    return Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE;
  }
}
