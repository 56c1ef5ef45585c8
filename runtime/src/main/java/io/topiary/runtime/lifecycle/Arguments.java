package io.topiary.runtime.lifecycle;

import io.topiary.runtime.config.SettingException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A service's command line: {@code [--config FILE] [--set NAME=VALUE]... [--help]}. */
record Arguments(Optional<Path> file, Map<String, String> flags, boolean help) {

  static Arguments parse(List<String> arguments) {
    var file = Optional.<Path>empty();
    var flags = new HashMap<String, String>();
    var help = false;
    for (var rest = arguments.iterator(); rest.hasNext(); ) {
      var argument = rest.next();
      switch (argument) {
        case "--help" -> help = true;
        case "--config" -> file = Optional.of(Path.of(next(argument, "a file", rest)));
        case "--set" -> {
          var assignment = next(argument, "NAME=VALUE", rest);
          var equals = assignment.indexOf('=');
          if (equals < 1) {
            throw new SettingException(
                "--set is followed by \"" + assignment + "\", but it should be NAME=VALUE.");
          }
          flags.put(assignment.substring(0, equals), assignment.substring(equals + 1));
        }
        default ->
            throw new SettingException(
                "\"" + argument + "\" is no option; the options are --config, --set and --help.");
      }
    }
    return new Arguments(file, flags, help);
  }

  private static String next(String option, String what, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new SettingException(option + " should be followed by " + what + ".");
    }
    return rest.next();
  }
}
