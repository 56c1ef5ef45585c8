package io.topiary.cli.compare;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * After a dense training whose rate falls to 0, FT and LRW hardly train at all; the paper compares
 * schedules after one that falls in steps.
 */
final class SteppedDense implements IDefaultValueProvider {

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option && option.longestName().equals("--dense-schedule")
        ? "step"
        : null;
  }
}
