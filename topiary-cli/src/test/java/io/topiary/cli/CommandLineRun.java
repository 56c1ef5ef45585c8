package io.topiary.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** One run of the command line within a test: its exit status and what it printed. */
record CommandLineRun(int status, List<String> out, List<String> err) {

  static CommandLineRun of(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var status =
        TopiaryMain.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new CommandLineRun(
        status, out.toString().lines().toList(), err.toString().lines().toList());
  }
}
