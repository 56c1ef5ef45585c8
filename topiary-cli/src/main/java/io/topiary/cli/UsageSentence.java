package io.topiary.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What picocli could make nothing of, said in plain words. */
final class UsageSentence {

  /** What a value of some type should be. */
  private static final Map<Class<?>, String> EXPECTED =
      Map.of(
          int.class, "a whole number, for example 3",
          Integer.class, "a whole number, for example 3",
          long.class, "a whole number, for example 3",
          double.class, "a number, for example 0.5",
          Double.class, "a number, for example 0.5");

  private UsageSentence() {}

  static String of(ParameterException e) {
    var command = e.getCommandLine();
    var isFamily = !command.getSubcommands().isEmpty();
    if (e instanceof UnmatchedArgumentException unmatched) {
      return isFamily && !unmatched.isUnknownOption()
          ? noSuchCommand(unmatched, command)
          : said(e) + guess(unmatched);
    }
    if (e.getArgSpec() instanceof OptionSpec option && e.getValue() != null) {
      var expected = EXPECTED.get(type(option));
      if (expected != null) {
        return "%s is '%s', but it should be %s."
            .formatted(option.longestName(), e.getValue(), expected);
      }
    }
    return isFamily ? "The command is missing; there are " + commands(command) + "." : said(e);
  }

  private static String said(ParameterException e) {
    return Objects.requireNonNullElse(e.getMessage(), "This makes no sense.");
  }

  private static String noSuchCommand(UnmatchedArgumentException e, CommandLine command) {
    return "There is no command '%s'; there are %s."
        .formatted(e.getUnmatched().get(0), commands(command));
  }

  private static String guess(UnmatchedArgumentException e) {
    return e.getSuggestions().stream().findFirst().map("; did you mean %s?"::formatted).orElse("");
  }

  private static String commands(CommandLine command) {
    var names = new ArrayList<>(command.getSubcommands().keySet());
    var last = names.remove(names.size() - 1);
    return String.join(", ", names) + " and " + last;
  }

  /** Of an optional number the number's. */
  private static Class<?> type(ArgSpec option) {
    return List.of(option.auxiliaryTypes()).stream().findFirst().orElse(option.type());
  }
}
