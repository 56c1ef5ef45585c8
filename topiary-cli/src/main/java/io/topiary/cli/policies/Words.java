package io.topiary.cli.policies;

import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What records name in capitals, as the command line names it. */
final class Words {

  private static final Pattern CONSTANT =
      Pattern.compile(
          Stream.<Enum<?>[]>of(Method.values(), SelectorKind.values(), Schedule.values())
              .flatMap(Arrays::stream)
              .map(Enum::name)
              .distinct()
              .collect(Collectors.joining("|", "\\b(", ")\\b")));

  private Words() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** For example {@code lamp}, or {@code 2:4}. */
  static String selector(PruningPolicy policy) {
    return policy.getSelector() == SelectorKind.N_OF_M
        ? policy.getN() + ":" + policy.getM()
        : of(policy.getSelector());
  }

  /** The pruner's sentence about a policy, whose name it begins with and which stays as it is. */
  static String inSentence(String sentence, PruningPolicy policy) {
    var head = "Policy '" + policy.getName() + "'";
    var start = sentence.startsWith(head) ? head.length() : 0;
    return sentence.substring(0, start)
        + CONSTANT
            .matcher(sentence.substring(start))
            .replaceAll(
                found ->
                    found.group().equals(SelectorKind.N_OF_M.name())
                        ? "N:M"
                        : found.group().toLowerCase(Locale.ROOT).replace('_', '-'));
  }
}
